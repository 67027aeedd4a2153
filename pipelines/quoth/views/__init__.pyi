__all__ = [
    "FORMATS",
    "AnswerFields",
    "Body",
    "Format",
    "MarkedText",
    "PlaceBody",
    "answer_html",
    "answer_json",
    "answer_lines",
    "answer_text",
    "can_be_drawn",
    "chunk_json",
    "citation_json",
    "cited_text",
    "draw_page",
    "fold_html",
    "format_adoption",
    "format_copies",
    "format_failures",
    "format_page",
    "format_path",
    "format_report",
    "format_scores",
    "format_unread",
    "frame",
    "hit_json",
    "load_ipython_extension",
    "locate_quote",
    "make_printable",
    "mark_matches",
    "notebook_bar",
    "page_json",
    "read_words",
    "register_views",
    "render_summary",
    "report_html",
    "report_json",
    "report_text",
    "shorten_paths",
    "shorten_quote",
    "show",
    "sources_table",
    "summary_html",
    "summary_json",
    "summary_text",
    "table_html",
    "title_html",
    "trace_json",
    "trace_page",
    "write_json",
]

from .answer import answer_lines, cited_text
from .bar import notebook_bar
from .bodies import AnswerFields, Body, PlaceBody
from .cards import sources_table
from .frame import fold_html, frame, table_html, title_html
from .html import answer_html, report_html, summary_html
from .json import (
    answer_json,
    chunk_json,
    citation_json,
    hit_json,
    page_json,
    report_json,
    summary_json,
)
from .lines import (
    format_adoption,
    format_copies,
    format_failures,
    format_page,
    format_path,
    format_report,
    format_scores,
    format_unread,
    make_printable,
    shorten_paths,
    write_json,
)
from .matches import mark_matches
from .notebook import load_ipython_extension, register_views, show
from .page_image import can_be_drawn, draw_page
from .page_layout import locate_quote, read_words
from .quote import MarkedText, shorten_quote
from .summary import FORMATS, Format, render_summary
from .text import answer_text, report_text, summary_text
from .trace import trace_json, trace_page
