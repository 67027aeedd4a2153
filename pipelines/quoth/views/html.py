"""Results as HTML for a notebook: self-contained, for light and dark, without links or scripts."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.text import encloses
from quoth.types import Answer, Citation, Hit, Outcome, Report
from quoth.views.lines import (
    format_languages,
    format_page,
    format_path,
    format_quote,
    format_report,
    format_verdict,
)
from quoth.views.page_image import draw_page
from quoth.views.summary import format_coverage
from quoth.views.trace import tree_html

if TYPE_CHECKING:
    from quoth.summarize import Summary

MOST_ROWS = 200
"""The most files of each kind in the table of a report; the rest are counted."""

_STYLE = """<style>
.quoth { font: 15px/1.55 ui-serif, Georgia, serif; max-width: 46rem; }
.quoth .said { font-size: 1.1em; margin: .2rem 0 .7rem; white-space: pre-line; }
.quoth sup { color: #2a78a8; }
.quoth .soft, .quoth .facts, .quoth th, .quoth td { font: 12.5px/1.5 ui-sans-serif,
  system-ui, sans-serif; opacity: .75; }
.quoth td, .quoth th { opacity: 1; text-align: left; padding: .15rem .7rem .15rem 0;
  vertical-align: top; }
.quoth details { border-left: 2px solid #8886; padding: .1rem 0 .1rem .8rem; margin: .35rem 0; }
.quoth details[open] { border-color: #2a78a8; }
.quoth summary { cursor: pointer; }
.quoth .quote { font-style: italic; }
.quoth .good { color: #2c7a3f; } .quoth .doubt { color: #b3450a; }
.quoth img { display: block; max-width: 100%; margin: .5rem 0; border: 1px solid #8886;
  background: #fff; }
.quoth blockquote { white-space: pre-wrap; margin: .4rem 0; padding: .5rem .8rem;
  border: 1px solid #8886; }
.quoth mark { background: #ffe26a; color: #000; }
.quoth .kind { font: 600 12px ui-sans-serif, system-ui, sans-serif; color: #2a78a8; }
.quoth summary .text { display: block; }
.quoth .out { text-decoration: line-through; opacity: .6; }
</style>"""


def answer_html(answer: Answer, *, with_pages: bool = False) -> str:
    """Return an answer whose footnotes open the cited passage, with the quote highlighted.

    `with_pages` draws the pages of PDF files in place of the passages, in child processes.
    """
    marks = "".join(f"<sup>[{n}]</sup>" for n in range(1, len(answer.citations) + 1))
    parts = [f"<p class=said>{escape(answer.text)} {marks}</p>"]
    for number, citation in enumerate(answer.citations, start=1):
        parts += _footnote(number, citation, answer.nearest, with_pages=with_pages)
    if answer.unsupported_numbers:
        numbers = escape(", ".join(answer.unsupported_numbers))
        parts.append(f"<p class='soft doubt'>Not on the cited pages: {numbers}</p>")
    if languages := format_languages(answer):
        parts.append(f"<p class=soft>{escape(languages)}</p>")
    if not answer.answerable and answer.nearest:
        parts.append("<p class=soft>The nearest passages:</p>")
        parts += [_passage(hit) for hit in answer.nearest[:3]]
    parts.append(f"<p class=soft>{escape(answer.model)}</p>")
    return _framed(parts)


def summary_html(summary: Summary) -> str:
    """Return a summary that folds out into its tree, down to the text that was read."""
    parts = [f"<p class=said>{escape(summary.text)}</p>"]
    if summary.unsupported:
        terms = escape(", ".join(summary.unsupported))
        parts.append(f"<p class='soft doubt'>Not in the source: {terms}</p>")
    parts.append(f"<p class=soft>{escape(format_coverage(summary))}</p>")
    parts.append(f"<details><summary>How it came about</summary>{tree_html(summary)}</details>")
    return _framed(parts)


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
    head = "".join(f"<th>{name}</th>" for name in ("", "file", "pages", "chunks", "what"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return _framed([f"<p class=soft>{escape(format_report(report, verb='done'))}</p>", table])


def _framed(parts: list[str]) -> str:
    return f"{_STYLE}<div class=quoth>{''.join(parts)}</div>"


def _footnote(
    number: int, citation: Citation, nearest: tuple[Hit, ...], *, with_pages: bool
) -> Iterator[str]:
    page = format_page(citation.source, citation.page, citation.page_label)
    mood = "good" if citation.verified else "doubt"
    yield f"<details><summary>[{number}] {escape(page)}"
    yield f"<br><span class=quote>{escape(format_quote(citation))}</span>"
    yield f"<br><span class='soft {mood}'>{escape(format_verdict(citation))}</span></summary>"
    image = _page(citation) if with_pages else ""
    yield image or _marked(citation, nearest)
    yield "</details>"


def _page(citation: Citation) -> str:
    """Return the drawn page of a citation; empty where there is no page to draw."""
    image = draw_page(Path(citation.source), citation.page, citation.quote, citation.boxes)
    if image is None:
        return ""
    data = base64.b64encode(image).decode("ascii")
    page = format_page(citation.source, citation.page, citation.page_label)
    return f'<img src="data:image/png;base64,{data}" alt="{escape(page, quote=True)}">'


def _marked(citation: Citation, nearest: tuple[Hit, ...]) -> str:
    """Return the passage around a quote, with the quote marked."""
    for chunk in (hit.chunk for hit in nearest):
        if encloses(chunk, citation):
            start, end = citation.start - chunk.start, citation.end - chunk.start
            before, quote, after = chunk.text[:start], chunk.text[start:end], chunk.text[end:]
            break
    else:
        before, quote, after = "", citation.quote, ""
    marked = f"{escape(before)}<mark>{escape(quote)}</mark>{escape(after)}"
    return f"<blockquote>{marked}</blockquote>"


def _passage(hit: Hit) -> str:
    chunk = hit.chunk
    page = format_page(chunk.source, chunk.page, chunk.page_label)
    return (
        f"<details><summary>{escape(page)}</summary>"
        f"<blockquote>{escape(chunk.text)}</blockquote></details>"
    )


def _row(kind: str, outcome: Outcome) -> str:
    mood = {"failed": "doubt", "done": "good"}.get(kind, "soft")
    numbers = (str(count) if kind == "done" else "" for count in (outcome.pages, outcome.chunks))
    cells = (format_path(outcome.path), *numbers, outcome.reason)
    return (
        f"<tr><td class={mood}>{kind}</td>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
    )
