"""Ask questions of your own documents, and summarize them, with a model on your own machine.

>>> from quoth import Library                                    # doctest: +SKIP
>>> library = Library()
>>> library.ingest("contracts/")
>>> library.ask("When does the lease end?").text
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
