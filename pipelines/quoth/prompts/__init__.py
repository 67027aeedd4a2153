"""What we ask, and how each model family wants to read it. Prompts and templates are data."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
