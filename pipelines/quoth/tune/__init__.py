"""How a model runs best on this machine: measured once, remembered, and undone when wanted."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
