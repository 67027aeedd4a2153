"""Results as plain text with everything that belongs to them, for a terminal or a log."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from quoth.types import Answer, Report
from quoth.views.lines import (
    format_languages,
    format_page,
    format_path,
    format_quote,
    format_report,
    format_verdict,
    make_printable,
)
from quoth.views.summary import format_coverage

if TYPE_CHECKING:
    from quoth.summarize import Summary

WIDTH = 100


def answer_text(answer: Answer) -> str:
    """Return an answer with its citations; one without any, with the nearest passages."""
    lines = [make_printable(answer.text)]
    for number, citation in enumerate(answer.citations, start=1):
        page = format_page(citation.source, citation.page, citation.page_label)
        lines += ["", f"  [{number}] {page}"]
        lines += textwrap.wrap(
            format_quote(citation), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
        lines.append(f"      {format_verdict(citation)}")
    if answer.unsupported_numbers:
        lines += ["", f"  ! Not on the cited pages: {', '.join(answer.unsupported_numbers)}"]
    if languages := format_languages(answer):
        lines += ["", f"  {languages}"]
    if not answer.answerable and answer.nearest:
        lines += ["", "  The nearest passages:"]
        for hit in answer.nearest[:3]:
            chunk = hit.chunk
            lines.append(f"  · {format_page(chunk.source, chunk.page, chunk.page_label)}")
    return "\n".join(lines)


def summary_text(summary: Summary) -> str:
    """Return a summary and the share of the text that it rests on."""
    lines = textwrap.wrap(make_printable(summary.text), WIDTH) or [""]
    if summary.unsupported:
        lines += ["", f"  ! Not in the source: {', '.join(summary.unsupported)}"]
    return "\n".join([*lines, "", format_coverage(summary)])


def report_text(report: Report) -> str:
    """Return the counts of a run, below a line for every file that failed."""
    failures = [
        f"  ✗ {format_path(outcome.path)}: {make_printable(outcome.reason)}"
        for outcome in report.failed
    ]
    return "\n".join([*failures, format_report(report, verb="done")])
