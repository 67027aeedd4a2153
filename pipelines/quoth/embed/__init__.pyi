__all__ = [
    "USUAL_TOKENS",
    "Advance",
    "DelegatingEmbedder",
    "Embedder",
    "EmbeddingThread",
    "Family",
    "FolderEmbedder",
    "KnownModel",
    "LangChainEmbedder",
    "advise_embedders",
    "as_embedder",
    "embedded_hash",
    "embedded_text",
    "estimate_token_starts",
    "families",
    "find_embedders",
    "known_models",
    "tokens_of_family",
    "weights_bytes",
]

from .advice import advise_embedders, weights_bytes
from .ahead import EmbeddingThread
from .contract import Advance, Embedder
from .delegate import USUAL_TOKENS, DelegatingEmbedder
from .embedder import FolderEmbedder
from .estimate import estimate_token_starts
from .families import Family, KnownModel, families, known_models, tokens_of_family
from .installed import find_embedders
from .langchain import LangChainEmbedder, as_embedder
from .passage import embedded_hash, embedded_text
