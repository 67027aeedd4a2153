__all__ = [
    "Answerer",
    "Calibration",
    "Catalog",
    "Conversation",
    "SupportFinder",
    "WrittenReply",
    "cite",
    "find_calibration",
]

from .answerer import Answerer
from .catalog import Catalog
from .cite import cite
from .conversation import Conversation
from .rules import Calibration, find_calibration
from .support import SupportFinder
from .written import WrittenReply
