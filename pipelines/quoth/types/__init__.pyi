__all__ = [
    "Answer",
    "AnswerKind",
    "AnswerSentence",
    "Box",
    "Chunk",
    "Citation",
    "Document",
    "Drawn",
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
    "TellsWithin",
    "Timings",
    "Vectors",
    "format_count",
    "glimpse",
    "place_name",
    "register_view",
]

from .answers import Answer, AnswerKind, AnswerSentence, Citation, Match, NotRead, Support
from .documents import Box, Chunk, Document, Heading, Hit, Page, Tags, TagValue, Vectors
from .drawing import Drawn, format_count, glimpse, place_name, register_view
from .reports import Outcome, Progress, Report, TellsWithin
from .timings import Timings
