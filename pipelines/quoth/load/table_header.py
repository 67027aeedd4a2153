"""The rows of a table that name its columns, found by how they differ from the rows below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Row = Sequence[str | None]
"""The cells of a row by column, each on one line.

A cell is `None` where the one to its left reaches over its column.
"""

_SEARCHED = 12
"""A header stands among so many rows at the top."""
_COMPARED = 24
"""The number of rows below that a header is compared with."""
_MOST_LEVELS = 3
_LONGEST_NAME = 80
_MANY_ROWS = 8
"""In a table of two columns of words, so many rows tell a header from a form's first line."""

# A currency before a number.
_SIGN = re.compile(r"\W*(?:[^\W\d_]{3}|[$€£¥])\s*[-+(]*\d")
_PERIOD = re.compile(r"\W*(?:[^\W\d_]+\.?\s?)?(?:\d{1,2}[\s./-]+)?(?:\w+[\s./-]+)?(?:19|20)\d\d\W*")
_SPLIT_YEAR = re.compile(r"(?:19|20)\d\d\s?[/–-]\s?\d{2,4}")
_MOST_UNIT_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Header:
    """The names of columns; the first row of values is `end`.

    `rows` are the rows that the names come from, on `levels` levels. `holds_values` says of each
    column whether most of its cells are numbers, dates or the like.
    """

    labels: tuple[str, ...]
    end: int
    rows: tuple[Row, ...]
    levels: int
    holds_values: tuple[bool, ...]


def find_header(rows: Sequence[Row], header_rows: int | None = None) -> Header | None:
    """Return the header of a table without empty rows, `None` if no row names the columns.

    `header_rows` is the number of rows that the format marks as a header, `None` if it marks none.
    """
    if header_rows is not None:
        return _header(rows, 0, header_rows) if 0 < header_rows < len(rows) else None
    widest = max((_width(row) for row in rows[:_COMPARED]), default=0)
    for start, row in enumerate(rows[:_SEARCHED]):
        if _width(row) * 4 < widest * 3 or filled(row) < 2:
            continue  # a title, or lines above the table
        if not _is_names(row):
            return None
        end = _end_of_names(rows, start)
        return _header(rows, _top_of_names(rows, start), end) if end else None
    return None


def continues_table(header: Header, rows: Sequence[Row]) -> bool:
    """Whether rows after an empty row belong to the table above it."""
    if max(map(_width, rows)) > len(header.labels):
        return False
    kinds = _value_columns(rows, len(header.labels))
    known = [kind for kind in zip(kinds, header.holds_values, strict=True) if kind[0] is not None]
    return len(known) > 1 and all(kind == expected for kind, expected in known)


def filled(row: Row) -> int:
    """Return the number of cells that are not empty."""
    return sum(1 for cell in row if cell)


def _header(rows: Sequence[Row], start: int, end: int) -> Header:
    named = [row for row in rows[start:end] if filled(row) > 1 or _is_over_columns(row)] or list(
        rows[start:end]
    )
    width = max(len(row) for row in rows[: end + _COMPARED])
    labels = []
    for column in range(width):
        parts = (_spread(row, column) for row in named)
        labels.append(" ".join(dict.fromkeys(filter(None, parts))))
    kinds = _value_columns(rows[end:], width)
    return Header(
        tuple(labels),
        end,
        tuple(rows[start:end]),
        len(named),
        tuple(kind is True for kind in kinds),
    )


def _spread(row: Row, column: int) -> str:
    """Return the cell that covers a column."""
    while 0 < column < len(row) and row[column] is None:
        column -= 1
    return (row[column] or "") if column < len(row) else ""


def _width(row: Row) -> int:
    """Return the number of columns in use; an empty cell above the names of rows counts."""
    used = sum(1 for cell in row if cell is None or cell)
    return used + (used > 1 and not row[0])


def _top_of_names(rows: Sequence[Row], start: int) -> int:
    """Return the first row of a header: a lone cell may stand over some of the columns."""
    return start - 1 if start and _is_over_columns(rows[start - 1]) else start


def _is_over_columns(row: Row) -> bool:
    """Whether a lone cell stands over several columns, but not over the first one."""
    return filled(row) == 1 and not row[0] and None in row


def _end_of_names(rows: Sequence[Row], start: int) -> int:
    """Return the end of the rows that name columns: years over quarters, names over units.

    0 if not even the row at `start` names them.
    """
    last = start + 1
    while (
        last - start < _MOST_LEVELS and last < len(rows) and _is_below(rows[last - 1], rows[last])
    ):
        last += 1
    for end in range(last, start, -1):
        below = rows[end:]
        has_values = any(_value_columns(below, len(rows[start])))
        if (end == start + 1 or has_values) and all(
            _differs(row, below) for row in rows[start:end]
        ):
            return end
    return 0


def _is_below(upper: Row, lower: Row) -> bool:
    """Whether a row of names divides the columns of the one above it, or adds units."""
    return (
        filled(lower) > 1
        and _is_names(lower)
        and (None in upper or not lower[0] or lower[0] == upper[0])
    )


def _is_names(row: Row) -> bool:
    """Whether all cells can be names: words, or years and dates."""
    cells = [cell for cell in row if cell]
    return all(len(cell) <= _LONGEST_NAME or "\n" in cell for cell in cells) and all(
        _is_period(cell) or not _is_value(cell) for cell in cells
    )


def _differs(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row of names stands above other things than the rows below each other."""
    if not below:
        return False
    kinds = _value_columns(below, len(row))
    known = [(cell, column) for column, cell in enumerate(row) if cell]
    for name, column in known:
        if kinds[column] and not (_is_period(name) and _are_periods(below[:_COMPARED], column)):
            return True
    return not any(kinds) and _names_words(known, below)


def _names_words(names: Sequence[tuple[str, int]], below: Sequence[Row]) -> bool:
    """Whether a row names the columns of a table that has words only."""
    compared = below[:_COMPARED]
    if len({name for name, _ in names}) < len(names) or any(
        any(map(str.isdigit, name)) for name, _ in names
    ):
        return False
    if len(names) < 3 and (len(below) < _MANY_ROWS or _is_form(compared)):
        return False
    if len(compared) < 2 or any(len(name) > _LONGEST_NAME // 2 for name, _ in names):
        return False
    return not any(
        column < len(row) and row[column] == name for name, column in names for row in compared
    )


def _is_form(rows: Sequence[Row]) -> bool:
    """Whether the rows hold one thing each, some of them numbers or dates."""
    return any(cell and _is_value(cell) for row in rows for cell in row)


def _value_columns(rows: Sequence[Row], width: int) -> list[bool | None]:
    """Return for each column whether most of its cells are values; `None` if it has none."""
    kinds: list[bool | None] = []
    for column in range(width):
        cells = [
            cell
            for row in rows[:_COMPARED]
            if column < len(row) and (cell := row[column]) and any(map(str.isalnum, cell))
        ]
        kinds.append(2 * sum(map(_is_value, cells)) > len(cells) if cells else None)
    return kinds


def _are_periods(rows: Sequence[Row], column: int) -> bool:
    cells = [row[column] or "" for row in rows if column < len(row)]
    return 2 * sum(_is_period(cell) for cell in cells) > len(cells)


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, a date, or a number with its unit."""
    if not any(map(str.isdigit, cell)):
        return False
    if _SIGN.match(cell):
        return True
    first = next(filter(str.isalnum, cell))
    return first.isdigit() and sum(map(str.isalpha, cell)) <= _MOST_UNIT_LETTERS


def _is_period(cell: str) -> bool:
    return bool(_PERIOD.fullmatch(cell) or _SPLIT_YEAR.fullmatch(cell))
