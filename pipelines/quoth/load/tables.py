"""Rows of cells as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quoth.load.clean import one_line

# A chunk of a long table should contain the column names: the header row is repeated after about
# this many characters, and takes at most about a fifth of the text.
_REPEAT_AFTER = 1200
_REPEAT_SHARE = 4


def row_text(cells: Sequence[str]) -> str:
    """Return a row as one line: cells joined by ` | `, trailing empty cells dropped."""
    flat = [one_line(cell) for cell in cells]
    while flat and not flat[-1]:
        flat.pop()
    return " | ".join(flat)


def table_lines(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows of a table, one per line, with the header row repeated at intervals.

    The first row is the header if it has several cells and letters in all of them.
    """
    lines: list[str] = []
    header, since_header = "", 0
    for row in rows:
        line = row_text(row)
        if not line:
            continue
        if not lines:
            header = line if _names_columns(row) else ""
        elif header and since_header + len(line) > max(_REPEAT_AFTER, _REPEAT_SHARE * len(header)):
            lines.append(header)
            since_header = 0
        lines.append(line)
        since_header += len(line) + 1
    return lines


def _names_columns(row: Sequence[str]) -> bool:
    named = [cell.strip() for cell in row if cell.strip()]
    return len(named) > 1 and all(any(map(str.isalpha, cell)) for cell in named)
