__all__ = [
    "Advance",
    "Embedder",
    "EmbeddingThread",
    "FolderEmbedder",
    "Vectors",
    "embedded_text",
]

from .ahead import EmbeddingThread
from .contract import Advance, Embedder, Vectors
from .embedder import FolderEmbedder
from .passage import embedded_text
