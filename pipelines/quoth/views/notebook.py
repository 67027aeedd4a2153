"""Results in IPython and Jupyter, through the formatters that IPython has for other types."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from quoth.summarize import Summary
from quoth.types import Answer, Report
from quoth.views.html import answer_html, report_html, summary_html
from quoth.views.text import answer_text, report_text, summary_text

_VIEWS: tuple[tuple[type, Callable[[Any], str], Callable[[Any], str]], ...] = (
    (Answer, answer_html, answer_text),
    (Report, report_html, report_text),
    (Summary, summary_html, summary_text),
)
"""The types that have views, with their views as HTML and as text."""


def load_ipython_extension(shell: Any) -> None:
    """Show answers, reports and summaries as cards in notebooks, as text in terminals.

    `%load_ext quoth` calls it, and so does the first `Library` that is made inside IPython.
    """
    formatters = shell.display_formatter.formatters
    for result, html, text in _VIEWS:
        formatters["text/html"].for_type(result, html)
        formatters["text/plain"].for_type(result, _print_with(text))


def register_views() -> None:
    """Register the views with the IPython that this process runs in, if there is one."""
    if (shell := _running_shell()) is not None:
        load_ipython_extension(shell)


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    return hasattr(_running_shell(), "kernel")


def _running_shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def show(answer: Answer) -> None:
    """Display an answer with its citations.

    In a notebook each citation opens its page, drawn with the quote highlighted. Elsewhere the
    text is printed.
    """
    if in_notebook():
        display: Any = import_module("IPython.display")
        display.display(display.HTML(answer_html(answer, with_pages=True)))
    else:
        print(answer_text(answer))


def _print_with(text: Callable[[Any], str]) -> Callable[[Any, Any, bool], None]:
    def print_pretty(value: Any, printer: Any, cycle: bool) -> None:
        printer.text(text(value))

    return print_pretty
