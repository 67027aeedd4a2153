__all__ = [
    "Answering",
    "Config",
    "Effective",
    "Embedding",
    "Ingestion",
    "Limits",
    "ModelSettings",
    "Retrieval",
    "Summarization",
    "compose",
    "load_config",
    "nearest",
    "preset_names",
    "state_folder",
]

from .limits import Limits
from .read import Effective, compose, load_config, nearest, preset_names, state_folder
from .settings import (
    Answering,
    Config,
    Embedding,
    Ingestion,
    ModelSettings,
    Retrieval,
    Summarization,
)
