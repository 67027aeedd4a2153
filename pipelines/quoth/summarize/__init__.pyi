__all__ = [
    "LENGTHS",
    "Link",
    "Monitor",
    "NodeKind",
    "StoppedError",
    "Summarizer",
    "Summary",
    "SummaryNode",
    "SummaryOptions",
    "SummaryPlan",
    "SummarySentence",
]

from .run import Monitor, StoppedError
from .summarizer import Summarizer
from .values import (
    LENGTHS,
    Link,
    NodeKind,
    Summary,
    SummaryNode,
    SummaryOptions,
    SummaryPlan,
    SummarySentence,
)
