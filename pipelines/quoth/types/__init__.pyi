__all__ = [
    "Answer",
    "AnswerKind",
    "AnswerSentence",
    "Box",
    "Chunk",
    "Citation",
    "Document",
    "Heading",
    "Hit",
    "Match",
    "NotRead",
    "Outcome",
    "Page",
    "Progress",
    "Report",
    "Support",
    "TagValue",
    "Tags",
    "Timings",
    "Vectors",
]

from .answers import Answer, AnswerKind, AnswerSentence, Citation, Match, NotRead, Support
from .documents import Box, Chunk, Document, Heading, Hit, Page, Tags, TagValue, Vectors
from .reports import Outcome, Progress, Report
from .timings import Timings
