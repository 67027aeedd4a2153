"""Results as HTML for a notebook: it stands on its own, in light and in dark, and links nowhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path

from quoth.summarize import Summary
from quoth.text import encloses
from quoth.types import Answer, Citation, Hit, Outcome, Report
from quoth.views.lines import counts, located, place, quoted, verdict
from quoth.views.page_image import page_image
from quoth.views.summary import coverage_line
from quoth.views.trace import tree_details

MOST_ROWS = 200
"""Files that a report's table lists of each kind; the rest are counted."""

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


def answer(value: Answer) -> str:
    """Return an answer whose footnotes open the page, with the quote highlighted."""
    marks = "".join(f"<sup>[{n}]</sup>" for n in range(1, len(value.citations) + 1))
    parts = [f"<p class=said>{escape(value.text)} {marks}</p>"]
    for number, citation in enumerate(value.citations, start=1):
        parts += _footnote(number, citation, value.nearest)
    if value.unsupported_numbers:
        held = escape(", ".join(value.unsupported_numbers))
        parts.append(f"<p class='soft doubt'>Not on the cited pages: {held}</p>")
    if not value.answerable and value.nearest:
        parts.append("<p class=soft>The nearest passages:</p>")
        parts += [_passage(hit) for hit in value.nearest[:3]]
    parts.append(f"<p class=soft>{escape(value.model)}</p>")
    return _framed(parts)


def summary(value: Summary) -> str:
    """Return a summary that folds out into its tree, down to the text that was read."""
    parts = [f"<p class=said>{escape(value.text)}</p>"]
    if value.unsupported:
        held = escape(", ".join(value.unsupported))
        parts.append(f"<p class='soft doubt'>Not in the source: {held}</p>")
    parts.append(f"<p class=soft>{escape(coverage_line(value))}</p>")
    parts.append(f"<details><summary>How it came about</summary>{tree_details(value)}</details>")
    return _framed(parts)


def report(value: Report) -> str:
    """Return what a run did as a table: first what failed, then the rest."""
    rows: list[str] = []
    for kind, lines in (
        ("failed", value.failed),
        ("skipped", value.skipped),
        ("removed", value.removed),
        ("done", value.done),
    ):
        rows += [_row(kind, line) for line in lines[:MOST_ROWS]]
        if len(lines) > MOST_ROWS:
            rows.append(f"<tr><td colspan=5>… and {len(lines) - MOST_ROWS:,} more {kind}</td></tr>")
    head = "".join(f"<th>{name}</th>" for name in ("", "file", "pages", "chunks", "what"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return _framed([f"<p class=soft>{escape(counts(value, what='done'))}</p>", table])


def _framed(parts: list[str]) -> str:
    return f"{_STYLE}<div class=quoth>{''.join(parts)}</div>"


def _footnote(number: int, citation: Citation, nearest: tuple[Hit, ...]) -> Iterator[str]:
    where = located(citation.source, citation.page, citation.page_label)
    mood = "good" if citation.verified else "doubt"
    yield f"<details><summary>[{number}] {escape(where)}"
    yield f"<br><span class=quote>{escape(quoted(citation))}</span>"
    yield f"<br><span class='soft {mood}'>{escape(verdict(citation))}</span></summary>"
    image = page_image(Path(citation.source), citation.page, citation.quote)
    if image:
        data = base64.b64encode(image).decode("ascii")
        yield f'<img src="data:image/png;base64,{data}" alt="{escape(where, quote=True)}">'
    else:
        yield _marked(citation, nearest)
    yield "</details>"


def _marked(citation: Citation, nearest: tuple[Hit, ...]) -> str:
    """Return the passage around a quote, where there is no page to draw."""
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
    where = located(chunk.source, chunk.page, chunk.page_label)
    return (
        f"<details><summary>{escape(where)}</summary>"
        f"<blockquote>{escape(chunk.text)}</blockquote></details>"
    )


def _row(kind: str, line: Outcome) -> str:
    mood = {"failed": "doubt", "done": "good"}.get(kind, "soft")
    numbers = (str(count) if kind == "done" else "" for count in (line.pages, line.chunks))
    cells = (place(line.path), *numbers, line.reason)
    return (
        f"<tr><td class={mood}>{kind}</td>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
    )
