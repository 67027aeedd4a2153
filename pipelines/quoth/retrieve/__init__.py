"""Finding chunks: candidates from both sides, one score, and what may look at them again."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
