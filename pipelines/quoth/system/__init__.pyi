__all__ = [
    "Database",
    "Guard",
    "WriteLock",
    "import_quietly",
    "jobs_folder",
    "load_entry_point",
    "presets_folder",
    "processor",
    "prompts_folder",
    "read_entry_points",
    "remove_parts",
    "sample_library_folder",
    "stage_file",
    "take_over",
    "write_whole",
]

from .database import Database
from .files import remove_parts, stage_file, write_whole
from .imports import import_quietly
from .lock import WriteLock
from .packaged import jobs_folder, presets_folder, prompts_folder, sample_library_folder
from .plugins import load_entry_point, read_entry_points
from .privacy import Guard, take_over
from .processor import processor
