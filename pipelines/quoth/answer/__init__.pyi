__all__ = [
    "Answerer",
    "Calibration",
    "Catalog",
    "Condenser",
    "Conversation",
    "SupportFinder",
    "Turn",
    "WrittenReply",
    "cite",
    "find_calibration",
    "find_courtesy",
]

from .answerer import Answerer
from .catalog import Catalog
from .cite import cite
from .condense import Condenser
from .conversation import Conversation
from .courtesy import find_courtesy
from .rules import Calibration, find_calibration
from .support import SupportFinder
from .turns import Turn
from .written import WrittenReply
