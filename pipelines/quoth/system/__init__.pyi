__all__ = [
    "Database",
    "WriteLock",
    "held",
    "import_quietly",
    "jobs_folder",
    "missing_extra",
    "presets_folder",
    "privacy",
    "processor",
    "prompts_folder",
    "sample_library_folder",
    "write_whole",
]

from . import privacy
from .database import Database
from .extras import missing_extra
from .files import held, write_whole
from .imports import import_quietly
from .lock import WriteLock
from .packaged import jobs_folder, presets_folder, prompts_folder, sample_library_folder
from .processor import processor
