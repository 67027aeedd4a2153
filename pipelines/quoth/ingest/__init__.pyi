__all__ = [
    "File",
    "Ingestor",
    "Verification",
    "find_files",
    "open_ingestor",
    "open_splitter",
    "reembed",
    "verify",
    "walk",
    "watch",
]

from .configured import open_ingestor, open_splitter
from .ingestor import Ingestor
from .reembed import reembed
from .verify import Verification, verify
from .walk import File, find_files, walk
from .watch import watch
