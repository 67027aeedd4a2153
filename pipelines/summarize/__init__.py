"""Summaries of whole documents: complete, resumable, checkable."""

from __future__ import annotations

from pipelines.summarize.call import Call, journalled_call
from pipelines.summarize.output import FORMATS, Format, as_object, rendered
from pipelines.summarize.run import StoppedError, Watch
from pipelines.summarize.summarizer import Summarizer
from pipelines.summarize.trace import trace_json, trace_page
from pipelines.summarize.values import (
    LENGTHS,
    Link,
    Options,
    Partial,
    Plan,
    Sentence,
    Summary,
)

__all__ = [
    "FORMATS",
    "LENGTHS",
    "Call",
    "Format",
    "Link",
    "Options",
    "Partial",
    "Plan",
    "Sentence",
    "StoppedError",
    "Summarizer",
    "Summary",
    "Watch",
    "as_object",
    "journalled_call",
    "rendered",
    "trace_json",
    "trace_page",
]
