"""Tables as text: a line for each row; a long table names the column of every value.

A chunk of a long table has rows without the header above them. So each row says by itself what its
values are: `Museum: Louvre | 2022: 7.7 | 2023: 8.9`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from quoth.load.clean import one_line
from quoth.load.table_header import Header, Row, continues_table, filled, find_header

_MAX_SPAN = 1000  # the HTML standard stops at this number of columns as well
_MAX_COLUMNS = 16_384  # of Excel
_IN_SIGHT = 400  # so many characters fit into a chunk, with the header on top
_LINE_CHARACTERS = 600  # a longer row goes on in a new line, which begins with its first cell
_LABEL_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that covers one or more columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1


def place_cells(rows: Iterable[Iterable[Cell]]) -> Iterator[list[str | None]]:
    """Yield rows whose cells stand in their columns.

    A cell over several rows is said again in each of them. The further columns of a cell over
    several columns are `None`.
    """
    hanging: dict[int, tuple[str | None, int]] = {}
    for cells in rows:
        placed: list[str | None] = []
        waiting = hanging
        hanging = {}
        for cell in cells:
            _hang(waiting, hanging, placed)
            for column in range(max(1, min(cell.columns, _MAX_SPAN))):
                if len(placed) >= _MAX_COLUMNS:
                    break
                text = cell.text if column == 0 else None
                if cell.rows > 1:
                    hanging[len(placed)] = (text, cell.rows - 1)
                placed.append(text)
        _hang(waiting, hanging, placed)
        while waiting and len(placed) < _MAX_COLUMNS:
            placed.append("")
            _hang(waiting, hanging, placed)
        yield placed


def _hang(
    waiting: dict[int, tuple[str | None, int]],
    hanging: dict[int, tuple[str | None, int]],
    placed: list[str | None],
) -> None:
    """Place the cells of earlier rows that reach down to the next columns of this row."""
    while len(placed) in waiting:
        column = len(placed)
        text, rows = waiting.pop(column)
        if rows > 1:
            hanging[column] = (text, rows - 1)
        placed.append(text)


def row_text(cells: Row) -> str:
    """Return a row without names of columns: cells joined by ` | `, trailing empty ones dropped."""
    return _join([one_line(cell or "") for cell in cells])


def _join(cells: Row) -> str:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return " | ".join([cell or "" for cell in cells[:end]])


def table_lines(
    rows: Iterable[Row], *, header_rows: int | None = None, in_sight: int = _IN_SIGHT
) -> list[str]:
    """Return the rows of a table as lines; a row of a wide table may take several.

    Rows name the columns of their values if the table has more than `in_sight` characters, or
    names on several levels. `header_rows` is the number of rows at the top that name the columns.
    `None` means that the format does not say: the rows themselves then show whether there are
    names, and where. A row of empty cells ends a table; the rows after it are a table with names of
    its own, or continue the one before.
    """
    lines: list[str] = []
    for table in _tables(rows, header_rows):
        header = table.header
        first = header.end if header else len(table.rows)
        plain = [_join(row) for row in table.rows]
        if header and (header.levels > 1 or sum(map(len, plain)) > in_sight):
            lines += plain[:first]
            _write(table.rows[first:], header, lines)
        else:
            lines += plain
    return lines


@dataclass(slots=True)
class _Table:
    header: Header | None
    rows: list[Row]


def _tables(rows: Iterable[Row], header_rows: int | None) -> list[_Table]:
    """Return the tables among rows, which empty rows divide."""
    tables: list[_Table] = []
    for block in _blocks(rows):
        above = tables[-1] if tables else None
        if above and above.header and continues_table(above.header, block):
            above.rows += block
        else:
            tables.append(_Table(find_header(block, None if tables else header_rows), block))
    return tables


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        cleaned = [cell and one_line(cell) for cell in row]
        if any(cleaned):
            block.append(cleaned)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _write(rows: Iterable[Row], header: Header, lines: list[str]) -> None:
    labels = [_shorten(label) for label in header.labels]
    for row in rows:
        if filled(row) < 2 or row in header.rows:
            lines.append(_join(row))
        else:
            lines += _wrap(_labelled(row, labels))


def _shorten(label: str) -> str:
    label = label.rstrip(" :")
    if len(label) <= _LABEL_CHARACTERS:
        return label
    return label[:_LABEL_CHARACTERS].rpartition(" ")[0] + " …"


def _labelled(row: Row, labels: Sequence[str]) -> list[str]:
    """Return the filled cells of a row, each behind the name of its column or columns."""
    cells: list[str] = []
    for column, cell in enumerate(row):
        if cell:
            label = labels[column] if column < len(labels) else ""
            if row[column + 1 : column + 2] == [None]:
                label = _label_of_several(row, column, labels)
            cells.append(f"{label}: {cell}" if label else cell)
    return cells


def _label_of_several(row: Row, column: int, labels: Sequence[str]) -> str:
    """Return the names of the columns that a cell reaches over."""
    end = column + 1
    while end < len(row) and row[end] is None:
        end += 1
    return ", ".join(dict.fromkeys(filter(None, labels[column:end])))


def _wrap(cells: Sequence[str]) -> Iterator[str]:
    """Yield a row as one line, or as several that each begin with the first cell."""
    if sum(map(len, cells)) <= _LINE_CHARACTERS:
        yield " | ".join(cells)
        return
    line, length = [cells[0]], len(cells[0])
    for cell in cells[1:]:
        if len(line) > 1 and length + len(cell) > _LINE_CHARACTERS:
            yield " | ".join(line)
            line, length = [cells[0]], len(cells[0])
        line.append(cell)
        length += len(cell)
    yield " | ".join(line)
