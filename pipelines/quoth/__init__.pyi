__all__ = [
    "Answer",
    "Chunk",
    "Citation",
    "Config",
    "Document",
    "Guard",
    "Hit",
    "Library",
    "Page",
    "QuothError",
    "Report",
    "load_ipython_extension",
    "show",
    "take_over",
]

from .config import Config
from .errors import QuothError
from .library import Library
from .system import Guard, take_over
from .types import Answer, Chunk, Citation, Document, Hit, Page, Report
from .views import load_ipython_extension, show
