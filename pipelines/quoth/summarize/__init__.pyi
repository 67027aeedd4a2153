__all__ = [
    "LENGTHS",
    "Kind",
    "Link",
    "Options",
    "Partial",
    "Plan",
    "Sentence",
    "StoppedError",
    "Summarizer",
    "Summary",
    "Watch",
]

from .run import StoppedError, Watch
from .summarizer import Summarizer
from .values import LENGTHS, Kind, Link, Options, Partial, Plan, Sentence, Summary
