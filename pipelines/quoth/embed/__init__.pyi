__all__ = [
    "USUAL_TOKENS",
    "Advance",
    "DelegatingEmbedder",
    "Embedder",
    "EmbeddingThread",
    "FolderEmbedder",
    "LangChainEmbedder",
    "as_embedder",
    "embedded_text",
    "tokens_of_family",
]

from .ahead import EmbeddingThread
from .contract import Advance, Embedder
from .delegate import USUAL_TOKENS, DelegatingEmbedder
from .embedder import FolderEmbedder
from .families import tokens_of_family
from .langchain import LangChainEmbedder, as_embedder
from .passage import embedded_text
