__all__ = [
    "Answering",
    "Backend",
    "Config",
    "Effective",
    "Embedding",
    "Ingestion",
    "Retrieval",
    "Summarization",
    "compose",
    "load_config",
    "nearest",
    "state_folder",
]

from .read import Effective, compose, load_config, nearest, state_folder
from .settings import Answering, Backend, Config, Embedding, Ingestion, Retrieval, Summarization
