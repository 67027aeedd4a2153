"""Ask questions of your own documents, and summarize them, with a model on your own machine.

>>> from quoth import Library
>>> library = Library("contracts")
>>> report = library.ingest("contracts/")
>>> library.ask("How much is the deposit?").phrase
'4,500 crowns'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
