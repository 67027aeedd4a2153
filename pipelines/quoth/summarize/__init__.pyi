__all__ = [
    "LENGTHS",
    "Link",
    "Monitor",
    "NodeKind",
    "StoppedError",
    "Summarizer",
    "Summary",
    "SummaryInput",
    "SummaryNode",
    "SummaryOptions",
    "SummaryPlan",
    "SummarySentence",
]

from .options import LENGTHS, SummaryOptions
from .parts import SummaryInput
from .run import Monitor, StoppedError
from .summarizer import Summarizer
from .values import Link, NodeKind, Summary, SummaryNode, SummaryPlan, SummarySentence
