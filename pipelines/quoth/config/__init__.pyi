__all__ = [
    "Answering",
    "Config",
    "Effective",
    "Embedding",
    "Ingestion",
    "Limits",
    "ModelSettings",
    "PROJECT_FILE",
    "Retrieval",
    "Summarization",
    "compose",
    "load_config",
    "nearest",
    "preset_names",
    "set_value",
    "setting_names",
    "state_folder",
    "unset_value",
]

from .edit import set_value, unset_value
from .limits import Limits
from .read import (
    Effective,
    PROJECT_FILE,
    compose,
    load_config,
    nearest,
    preset_names,
    setting_names,
    state_folder,
)
from .settings import (
    Answering,
    Config,
    Embedding,
    Ingestion,
    ModelSettings,
    Retrieval,
    Summarization,
)
