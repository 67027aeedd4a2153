"""Texts → vectors: `FolderEmbedder.open` gives a LangChain `Embeddings` that knows its limits."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
