__all__ = [
    "FORMATS",
    "Format",
    "as_object",
    "clean",
    "counted",
    "counts",
    "elsewhere",
    "located",
    "notebook_bar",
    "place",
    "quoted",
    "rendered",
    "trace_json",
    "trace_page",
    "verdict",
]

from .bar import notebook_bar
from .lines import clean, counted, counts, elsewhere, located, place, quoted, verdict
from .summary import FORMATS, Format, as_object, rendered
from .trace import trace_json, trace_page
