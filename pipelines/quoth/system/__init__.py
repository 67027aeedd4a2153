"""Files, locks, databases, data files, the processor and privacy: what the system gives."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
