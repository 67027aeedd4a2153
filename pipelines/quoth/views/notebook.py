"""Results in IPython and Jupyter, through the formatters that IPython has for other types."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from quoth.collection import Source, Sources
from quoth.retrieve import Hits
from quoth.summarize import Summary
from quoth.types import Answer, Chunk, Document, Hit, Report, register_view
from quoth.views.cards import (
    chunk_html,
    document_html,
    hit_html,
    hits_html,
    source_html,
    sources_html,
)
from quoth.views.html import answer_html, report_html, summary_html
from quoth.views.text import answer_text, report_text, summary_text

_TEXTS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (Answer, answer_text),
    (Report, report_text),
    (Summary, summary_text),
)
"""The types that are shown as text of several lines in a terminal."""


def load_ipython_extension(shell: Any) -> None:
    """Show results as cards in notebooks; answers, reports and summaries as text in terminals.

    `%load_ext quoth` calls it, and so does the first `Library` that is made inside IPython.

    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> load_ipython_extension(InteractiveShell())
    """
    _register_cards()
    formatters = shell.display_formatter.formatters
    for result, text in _TEXTS:
        formatters["text/plain"].for_type(result, _print_with(text))


def register_views() -> None:
    """Register the cards, and the texts with the IPython that this process runs in, if any."""
    _register_cards()
    if (shell := _running_shell()) is not None:
        load_ipython_extension(shell)


def _register_cards() -> None:
    register_view(Answer, answer_html)
    register_view(Chunk, chunk_html)
    register_view(Document, document_html)
    register_view(Hit, hit_html)
    register_view(Hits, hits_html)
    register_view(Report, report_html)
    register_view(Source, source_html)
    register_view(Sources, sources_html)
    register_view(Summary, summary_html)


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

    >>> show(library.ask("How much is the deposit?"))  # doctest: +ELLIPSIS
    From your documents, word for word:
    <BLANKLINE>
      4,500 crowns
    <BLANKLINE>
      [1] lease.md, page 1
    ...
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
