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
    "SettingFacts",
    "Summarization",
    "compose",
    "describe_setting",
    "load_config",
    "nearest",
    "preset_names",
    "read_setting",
    "set_value",
    "setting_names",
    "state_folder",
    "unset_value",
    "write_setting",
]

from .edit import set_value, unset_value
from .facts import SettingFacts, describe_setting, read_setting, write_setting
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
