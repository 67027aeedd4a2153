__all__ = [
    "Answerer",
    "Chat",
    "cite",
]

from .answerer import Answerer
from .chat import Chat
from .ground import cite
