"""Rows of cells as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quoth.load.clean import one_line

# A chunk of a long table should hold the names of its columns: they are said again after about
# this many characters, and never take more than about a fifth of the text.
_REPEAT_AFTER = 1200
_REPEAT_SHARE = 4


def row_text(cells: Sequence[str]) -> str:
    """Return a row on one line, cells separated by ` | `, empty ones at the end left out."""
    flat = [one_line(cell) for cell in cells]
    while flat and not flat[-1]:
        flat.pop()
    return " | ".join(flat)


def table_lines(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows of a table, one a line, with the first row said again every so often.

    The first row is taken for the names of the columns if it is all words, and the table is
    longer than the distance at which it is repeated.
    """
    lines: list[str] = []
    header, since = "", 0
    for row in rows:
        line = row_text(row)
        if not line:
            continue
        if not lines:
            header = line if _names_columns(row) else ""
        elif header and since + len(line) > max(_REPEAT_AFTER, _REPEAT_SHARE * len(header)):
            lines.append(header)
            since = 0
        lines.append(line)
        since += len(line) + 1
    return lines


def _names_columns(row: Sequence[str]) -> bool:
    named = [cell.strip() for cell in row if cell.strip()]
    return len(named) > 1 and all(any(map(str.isalpha, cell)) for cell in named)
