"""Loaders, which turn a file into a document: text by page, with page labels and headings.

`load_document` reads one file in this process. A `LoaderPool` reads many in worker processes with
limits, so that a file that crashes or hangs its parser fails alone. A `DocumentLoader` yields
LangChain documents. Nothing is imported before it is used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
