"""Results as HTML and as plain text, whatever their class."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from quoth.summarize import Summary
from quoth.types import Answer, Report
from quoth.views import html as card
from quoth.views import text


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
