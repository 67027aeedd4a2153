"""Results as HTML for a notebook: self-contained, for light and dark, without links or scripts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.text import encloses
from quoth.types import Answer, Citation, Outcome, Report
from quoth.views.answer import (
    cited_text,
    details_of,
    format_check,
    format_language,
    format_place,
    names_of_sources,
    nearest_title,
    notes_of,
    quoted,
    words_of,
)
from quoth.views.frame import MOST_ROWS, frame, join_rows, marked_html, row_html
from quoth.views.lines import format_path, format_report
from quoth.views.page_image import draw_page
from quoth.views.quote import MarkedText
from quoth.views.summary import format_coverage
from quoth.views.trace import tree_html

if TYPE_CHECKING:
    from quoth.summarize import Summary


def answer_html(answer: Answer, *, with_pages: bool = False) -> str:
    """Return an answer whose places open the passage, with the quote highlighted.

    `with_pages` draws the pages of PDF files in place of the passages, in child processes.
    """
    words = words_of(answer)
    parts = [*_said(answer)]
    for place in answer.citations:
        parts += _footnote(place, answer, with_pages=with_pages)
    parts += [f"<p class='soft doubt'>{escape(note)}</p>" for note in notes_of(answer)]
    if spoken := format_language(answer):
        parts.append(f"<p class=soft>{escape(spoken)}</p>")
    if answer.nearest and answer.kind != "failed":
        parts.append(f"<p class=soft>{escape(nearest_title(answer, words))}</p>")
        for place in answer.nearest:
            parts += _footnote(place, answer, with_pages=False)
    if answer.model:
        parts.append(f"<p class=soft>{escape(answer.model)}</p>")
    return frame(parts)


def summary_html(summary: Summary) -> str:
    """Return a summary that folds out into its tree, down to the text that was read."""
    parts = [f"<p class=said>{escape(summary.text)}</p>"]
    if summary.unsupported:
        terms = escape(", ".join(summary.unsupported))
        parts.append(f"<p class='soft doubt'>Not in the source: {terms}</p>")
    parts.append(f"<p class=soft>{escape(format_coverage(summary))}</p>")
    parts.append(f"<details><summary>How it came about</summary>{tree_html(summary)}</details>")
    return frame(parts)


def report_html(report: Report) -> str:
    """Return a run as a table of its files: those that failed first."""
    rows: list[str] = []
    for kind, outcomes in (
        ("failed", report.failed),
        ("skipped", report.skipped),
        ("removed", report.removed),
        ("done", report.done),
    ):
        rows += [_row(kind, outcome) for outcome in outcomes[:MOST_ROWS]]
        if len(outcomes) > MOST_ROWS:
            rest = f"… and {len(outcomes) - MOST_ROWS:,} more {kind}"
            rows.append(f"<tr><td colspan=5>{rest}</td></tr>")
    table = join_rows(("", "file", "pages", "chunks", "what"), rows)
    return frame([f"<p class=soft>{escape(format_report(report, verb='done'))}</p>", table])


def _said(answer: Answer) -> Iterator[str]:
    """Yield the words for the kind of an answer, and its text or phrase."""
    if answer.kind == "excerpt":
        yield f"<p class=soft>{escape(words_of(answer).excerpt)}</p>"
        if answer.phrase:
            yield f"<p class=said>{escape(answer.phrase)}</p>"
    else:
        text = re.sub(r" ?((?:\[\d+\])+)", r"<sup>\1</sup>", escape(cited_text(answer)))
        yield f"<p class=said>{text}</p>"


def _footnote(place: Citation, answer: Answer, *, with_pages: bool) -> Iterator[str]:
    words = words_of(answer)
    names = names_of_sources(answer)
    yield f"<details><summary>[{place.n}] {escape(format_place(place, words, names))}"
    for detail in details_of(place, answer, names):
        yield f"<br><span class=soft>{escape(detail)}</span>"
    yield f"<br><span class=quote>{marked_html(quoted(place, answer))}</span>"
    if check := format_check(place, answer, words):
        yield f"<br><span class=soft>{escape(check)}</span>"
    image = _page(place, answer) if with_pages else ""
    yield f"</summary>{image or _passage(place, answer)}</details>"


def _page(place: Citation, answer: Answer) -> str:
    """Return the drawn page of a place; empty where there is no page to draw."""
    image = draw_page(Path(place.source), place.page, place.quote, place.boxes)
    if image is None:
        return ""
    data = base64.b64encode(image).decode("ascii")
    page = format_place(place, words_of(answer), names_of_sources(answer))
    return f'<img src="data:image/png;base64,{data}" alt="{escape(page, quote=True)}">'


def _passage(place: Citation, answer: Answer) -> str:
    """Return the passage around a place, with its quote marked."""
    for chunk in (hit.chunk for hit in answer.hits):
        if encloses(chunk, place):
            span = place.start - chunk.start, place.end - chunk.start
            return f"<blockquote>{marked_html(MarkedText(chunk.text, (span,)))}</blockquote>"
    whole = MarkedText(place.quote, ((0, len(place.quote)),))
    return f"<blockquote>{marked_html(whole)}</blockquote>"


def _row(kind: str, outcome: Outcome) -> str:
    mood = {"failed": "doubt", "done": "good"}.get(kind, "soft")
    numbers = (str(count) if kind == "done" else "" for count in (outcome.pages, outcome.chunks))
    return row_html((kind, format_path(outcome.path), *numbers, outcome.reason), mood=mood)
