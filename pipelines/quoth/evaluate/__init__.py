"""The quality of retrieval, answers and summaries, with intervals, and of one run over another."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
