"""How results look: as HTML in a notebook, and as plain text wherever they are printed.

Answers, summaries and reports call this room by name when they are shown, so that the floors that
they live on need not know it.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from pipelines.display import card, text
from pipelines.summarize import Summary
from pipelines.types import Answer, Report

__all__ = ["html", "plain"]


@singledispatch
def html(value: Any) -> str:
    """Return an answer, a summary or a report as HTML that stands on its own, links nowhere."""
    raise TypeError(f"{type(value).__name__} has no display.")


@singledispatch
def plain(value: Any) -> str:
    """Return an answer, a summary or a report as lines of text."""
    raise TypeError(f"{type(value).__name__} has no display.")


html.register(Answer, card.answer)
html.register(Summary, card.summary)
html.register(Report, card.report)
plain.register(Answer, text.answer)
plain.register(Summary, text.summary)
plain.register(Report, text.report)
