"""What all views of a notebook share: their style, tables, folds, and texts with marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from quoth.views.quote import MarkedText

MOST_ROWS = 200
"""The most rows of a table; the rest are counted."""

_STYLE = """<style>
.quoth { font: 15px/1.55 ui-serif, Georgia, serif; max-width: 46rem; }
.quoth .said { font-size: 1.1em; margin: .2rem 0 .7rem; white-space: pre-line; }
.quoth sup { color: #2a78a8; }
.quoth .soft, .quoth .facts, .quoth th, .quoth td { font: 12.5px/1.5 ui-sans-serif,
  system-ui, sans-serif; opacity: .75; }
.quoth td, .quoth th { opacity: 1; text-align: left !important; padding: .15rem .7rem .15rem 0;
  vertical-align: top; }
.quoth th { font-weight: 600; opacity: .7; }
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


def frame(parts: Iterable[str]) -> str:
    """Return parts as one view, with its style."""
    return f"{_STYLE}<div class=quoth>{''.join(parts)}</div>"


def title_html(title: str, facts: str) -> str:
    """Return a title with a line of facts below it."""
    return f"<p class=said>{escape(title)}</p><p class=soft>{escape(facts)}</p>"


def table_html(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose cells are plain text; of many rows the first ones, and a count."""
    shown = [row_html(row) for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        rest = f"… and {len(rows) - MOST_ROWS:,} more"
        shown.append(f"<tr><td colspan={len(columns)}>{rest}</td></tr>")
    return join_rows(columns, shown)


def row_html(cells: Sequence[str], *, mood: str = "") -> str:
    """Return a row of plain texts; `mood` is the class of its first cell."""
    first = f"<td class={mood}>" if mood else "<td>"
    return f"<tr>{first}" + "</td><td>".join(map(escape, cells)) + "</td></tr>"


def join_rows(columns: Sequence[str], rows: Iterable[str]) -> str:
    """Return rows of HTML below the names of their columns."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def fold_html(summary: str, body: str) -> str:
    """Return a body that its summary opens, both as HTML."""
    return f"<details><summary>{summary}</summary>{body}</details>"


def marked_html(shown: MarkedText) -> str:
    """Return a text as HTML, with its marks."""
    parts, end = [], 0
    for start, stop in shown.marks:
        parts += [escape(shown.text[end:start]), f"<mark>{escape(shown.text[start:stop])}</mark>"]
        end = stop
    return "".join([*parts, escape(shown.text[end:])])
