"""From a file to a document: its text by page, with page labels and headings.

`load_document` reads one file in this process; a `LoaderPool` reads many in worker processes with
limits, where a file that crashes or hangs its parser costs only itself; a `DocumentLoader` hands
out LangChain documents. Nothing is imported before it is used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
