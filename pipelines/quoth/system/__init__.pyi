__all__ = [
    "Child",
    "Database",
    "Guard",
    "KeptProgram",
    "ParentPipe",
    "ScratchFolder",
    "WriteLock",
    "check_port",
    "compose_yaml",
    "construct_yaml",
    "describe_exit",
    "encode_png",
    "expand_home",
    "find_address",
    "import_quietly",
    "is_airgapped",
    "is_loopback",
    "is_private",
    "jobs_folder",
    "kill_children",
    "limit_memory",
    "listens_on_loopback",
    "load_entry_point",
    "make_folder",
    "missing_extra",
    "modified_ns",
    "notebooks_folder",
    "open_read_only",
    "parse_json",
    "parse_yaml",
    "presets_folder",
    "processor",
    "prompts_folder",
    "read_column",
    "read_entry_points",
    "read_memory",
    "read_text_file",
    "real_path",
    "refused_connections",
    "remove_parts",
    "run_airgapped",
    "sample_library_folder",
    "sample_questions_file",
    "stage_file",
    "take_over",
    "write_whole",
]

from .addresses import check_port, find_address
from .airgap import is_airgapped, run_airgapped
from .child import ParentPipe, limit_memory, read_memory
from .database import Database, read_column
from .extras import missing_extra
from .files import (
    expand_home,
    is_private,
    make_folder,
    modified_ns,
    read_text_file,
    real_path,
    remove_parts,
    stage_file,
    write_whole,
)
from .imports import import_quietly
from .lock import WriteLock
from .notation import compose_yaml, construct_yaml, parse_json, parse_yaml
from .packaged import (
    jobs_folder,
    notebooks_folder,
    presets_folder,
    prompts_folder,
    sample_library_folder,
    sample_questions_file,
)
from .plugins import load_entry_point, read_entry_points
from .png import encode_png
from .privacy import Guard, is_loopback, listens_on_loopback, refused_connections, take_over
from .processes import Child, describe_exit, kill_children
from .processor import processor
from .programs import KeptProgram
from .read_only import open_read_only
from .scratch import ScratchFolder
