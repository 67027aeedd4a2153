"""What is said of results, a line each; nothing of a document is ever obeyed by a terminal."""

from __future__ import annotations

import os

from quoth.types import Citation, Report

_MOST_SHOWN = 3


def clean(text: str) -> str:
    """Return the text without characters that a terminal would obey."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f"))


def place(path: str) -> str:
    """Return a path as a person here would write it: relative where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return clean(relative if len(relative) < len(path) else path).replace("\n", " ")


def located(source: str, page: int, label: str | None) -> str:
    """Return where something stands, as `lease.pdf, page iv (the file's page 4)`."""
    where = place(source)
    if label and label != str(page):
        return f"{where}, page {clean(label)} (the file's page {page})"
    return f"{where}, page {page}"


def elsewhere(paths: tuple[str, ...]) -> str:
    """Return where else the same content lies, as `also in copy.pdf`; empty when nowhere."""
    shown = ", ".join(map(place, paths[:_MOST_SHOWN]))
    more = f" and {len(paths) - _MOST_SHOWN} more" if len(paths) > _MOST_SHOWN else ""
    return f"also in {shown}{more}" if paths else ""


def verdict(citation: Citation) -> str:
    """Return how a citation was found again, with a mark that can be seen from afar."""
    if not citation.verified:
        return "✗ not found on that page"
    if citation.finding == "repaired":
        return "✓ stands on that page; chosen by Quoth as the best evidence"
    return "✓ stands on that page"


def quoted(citation: Citation) -> str:
    """Return the quote on one line, in quotation marks."""
    return f"“{' '.join(clean(citation.quote).split())}”"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is due."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def counts(report: Report, *, what: str = "ingested") -> str:
    """Return what a run did as one sentence; `what` says it of those that are done."""
    unchanged = sum(line.status == "unchanged" for line in report.skipped)
    parts = [
        f"{counted(len(report.done), 'document')} {what} "
        f"({counted(sum(line.pages for line in report.done), 'page')}, "
        f"{counted(sum(line.chunks for line in report.done), 'chunk')})"
    ]
    for count, kind in (
        (unchanged, "unchanged"),
        (len(report.removed), "removed"),
        (len(report.skipped) - unchanged, "skipped"),
        (len(report.failed), "failed"),
    ):
        parts += [f"{count} {kind}"] * bool(count)
    return f"{', '.join(parts)}, in {report.seconds:.1f} s."
