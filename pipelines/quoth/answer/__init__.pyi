__all__ = [
    "Answerer",
    "Calibration",
    "Catalog",
    "Conversation",
    "SupportFinder",
    "cite",
    "find_calibration",
]

from .answerer import Answerer
from .catalog import Catalog
from .cite import cite
from .conversation import Conversation
from .rules import Calibration, find_calibration
from .support import SupportFinder
