__all__ = [
    "PROJECT_FILE",
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
    "set_value",
    "setting_names",
    "state_folder",
    "unset_value",
]

from .edit import set_value, unset_value
from .limits import Limits
from .read import (
    PROJECT_FILE,
    Effective,
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
