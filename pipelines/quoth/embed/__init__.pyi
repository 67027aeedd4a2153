__all__ = [
    "Embedder",
    "EmbeddingThread",
    "FolderEmbedder",
    "Progress",
    "Vectors",
    "embedded_text",
]

from .ahead import EmbeddingThread
from .contract import Embedder, Progress, Vectors
from .embedder import FolderEmbedder, embedded_text
