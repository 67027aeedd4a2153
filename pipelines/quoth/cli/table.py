"""Tables in text: columns where there is room for them, records where there is none."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

from quoth.cli.terminal import measure

_GAP = 2


def table_lines(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    width: int | None = None,
) -> list[str]:
    """Return rows below the names of their columns; a column without any value is left out.

    Cells are wrapped between words to fit into `width` columns of a terminal. Where the longest
    words of all columns have no room beside each other, each row is a record: a line for its first
    value, and a line for each other one.
    """
    used = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    names = [columns[index] for index in used]
    cells = [[" ".join(row[index].split()) for index in used] for row in rows]
    widths = _fit(names, cells, width)
    if widths is None:
        return _records(names, cells)
    right = [name in numbers for name in names]
    lines: list[str] = []
    for row in [names, *cells]:
        wrapped = [_wrap(cell, size) for cell, size in zip(row, widths, strict=True)]
        for line in range(max(map(len, wrapped), default=0)):
            parts = (
                _pad(cell[line] if line < len(cell) else "", size, right=to_right)
                for cell, size, to_right in zip(wrapped, widths, right, strict=True)
            )
            lines.append((" " * _GAP).join(parts).rstrip())
    return lines


def _fit(
    names: Sequence[str], cells: Sequence[Sequence[str]], width: int | None
) -> list[int] | None:
    """Return the width of each column, `None` where their longest words have no room."""
    table = [names, *cells]
    widths = [max(measure(row[index]) for row in table) for index in range(len(names))]
    least = [
        max(measure(word) for row in table for word in (row[index].split() or [""]))
        for index in range(len(names))
    ]
    if width is None:
        return widths
    spare = width - _GAP * (len(names) - 1)
    if sum(least) > spare:
        return None
    while sum(widths) > spare:
        room = [have - need for have, need in zip(widths, least, strict=True)]
        widest = max(range(len(widths)), key=lambda index: (room[index] > 0, widths[index]))
        widths[widest] -= 1
    return widths


def _records(names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    lines: list[str] = []
    for row in cells:
        first, *others = zip(names, row, strict=True)
        lines.append(first[1])
        lines += [f"  {name}: {value}" for name, value in others if value]
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` columns, broken between words."""
    if measure(text) <= width:
        return [text]
    if text.isascii():
        return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    lines, line = [], ""
    for word in text.split():
        if line and measure(line) + 1 + measure(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - measure(text))
    return space + text if right else text + space
