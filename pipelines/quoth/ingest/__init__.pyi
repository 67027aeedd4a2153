__all__ = [
    "File",
    "Ingestor",
    "Progress",
    "Verification",
    "limits_of",
    "open_ingestor",
    "open_splitter",
    "reembed",
    "verify",
    "walk",
    "watch",
]

from .configured import limits_of, open_ingestor, open_splitter
from .ingestor import Ingestor, Progress
from .reembed import reembed
from .verify import Verification, verify
from .walk import File, walk
from .watch import watch
