__all__ = [
    "Database",
    "Guard",
    "WriteLock",
    "held",
    "jobs_folder",
    "presets_folder",
    "processor",
    "prompts_folder",
    "sample_library_folder",
    "take_over",
    "write_whole",
]

from .database import Database
from .files import held, write_whole
from .lock import WriteLock
from .packaged import jobs_folder, presets_folder, prompts_folder, sample_library_folder
from .privacy import Guard, take_over
from .processor import processor
