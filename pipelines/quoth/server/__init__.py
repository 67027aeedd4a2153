"""The server: an OpenAI-compatible surface and a native one, over the same collections."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
