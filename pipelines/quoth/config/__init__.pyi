__all__ = [
    "Answering",
    "Config",
    "Effective",
    "Embedding",
    "Ingestion",
    "ModelSettings",
    "Retrieval",
    "Summarization",
    "compose",
    "load_config",
    "nearest",
    "state_folder",
]

from .read import Effective, compose, load_config, nearest, state_folder
from .settings import (
    Answering,
    Config,
    Embedding,
    Ingestion,
    ModelSettings,
    Retrieval,
    Summarization,
)
