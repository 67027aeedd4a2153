__all__ = [
    "Advance",
    "Embedder",
    "EmbeddingThread",
    "FolderEmbedder",
    "embedded_text",
]

from .ahead import EmbeddingThread
from .contract import Advance, Embedder
from .embedder import FolderEmbedder
from .passage import embedded_text
