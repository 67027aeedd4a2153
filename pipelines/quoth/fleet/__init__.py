"""Documents on many machines: an executor over Dask, which places work and may be lost."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
