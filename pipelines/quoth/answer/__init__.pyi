__all__ = [
    "Answerer",
    "Calibration",
    "Conversation",
    "cite",
    "find_calibration",
]

from .answerer import Answerer
from .cite import cite
from .conversation import Conversation
from .rules import Calibration, find_calibration
