"""Results as plain text with everything that belongs to them, for a terminal or a log."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from quoth.types import Answer, Report
from quoth.views.answer import WIDTH, answer_lines
from quoth.views.lines import format_path, format_report, make_printable
from quoth.views.summary import format_coverage

if TYPE_CHECKING:
    from quoth.summarize import Summary


def answer_text(answer: Answer) -> str:
    """Return an answer with its places, and what was checked."""
    return "\n".join(line.text for line in answer_lines(answer))


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
