"""Results as lines of plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from quoth.summarize import Summary
from quoth.types import Answer, Report
from quoth.views.lines import clean, counts, located, place, quoted, verdict
from quoth.views.summary import coverage_line

WIDTH = 100


def answer(value: Answer) -> str:
    """Return an answer with its citations, or with the nearest passages where it has none."""
    lines = [clean(value.text)]
    for number, one in enumerate(value.citations, start=1):
        lines += ["", f"  [{number}] {located(one.source, one.page, one.page_label)}"]
        lines += textwrap.wrap(
            quoted(one), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
        lines.append(f"      {verdict(one)}")
    if value.unsupported_numbers:
        lines += ["", f"  ! Not on the cited pages: {', '.join(value.unsupported_numbers)}"]
    if not value.answerable and value.nearest:
        lines += ["", "  The nearest passages:"]
        for hit in value.nearest[:3]:
            chunk = hit.chunk
            lines.append(f"  · {located(chunk.source, chunk.page, chunk.page_label)}")
    return "\n".join(lines)


def summary(value: Summary) -> str:
    """Return a summary and how much of the text it rests on."""
    lines = textwrap.wrap(clean(value.text), WIDTH) or [""]
    if value.unsupported:
        lines += ["", f"  ! Not in the source: {', '.join(value.unsupported)}"]
    return "\n".join([*lines, "", coverage_line(value)])


def report(value: Report) -> str:
    """Return what a run did, with a line for every file that failed."""
    return "\n".join([*_failures(value), counts(value, what="done")])


def _failures(value: Report) -> Iterator[str]:
    for line in value.failed:
        yield f"  ✗ {place(line.path)}: {clean(line.reason)}"
