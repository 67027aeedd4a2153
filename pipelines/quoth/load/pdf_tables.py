"""Tables of a PDF page: every row becomes a line in which each value follows its column's name.

Tables of figures are found by alignment: values stand under one another, with wide gaps beside
them. No ruling line is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from quoth.load.pdf_columns import Columns, find_columns, name_columns
from quoth.load.pdf_grid_rows import PrintedPage
from quoth.load.pdf_grids import GridHeader, find_grids
from quoth.load.pdf_segments import YEAR, PrintedLine, Segment, line_step
from quoth.load.pdf_shapes import Box

_HEADER_LINES = 30
_HEADER_LEVELS = 8
_LINES_BETWEEN = 8
_USUAL_STEP = 11.0
_HALF = 0.6
_CAPTION = 1.4  # steps between a title and the names below it
_FAR = 2.6  # steps between a header and what else stands above the table
_LONGEST_NAME = 70
_LABEL_LINES = 3


@dataclass(frozen=True, slots=True)
class FigureHeader:
    """The columns of a table of figures and their names."""

    columns: Columns
    names: tuple[str, ...]


TableHeader = FigureHeader | GridHeader
"""The header of a table at the end of a page, which the next page may continue."""


@dataclass(slots=True)
class Tables:
    """The tables of a page: `rows` has the new text of each line that is a row, by its index.

    A row that took the lines above into its label has them in `merged`. `last` is the header of
    the table at the end of the page.
    """

    rows: dict[int, str] = field(default_factory=dict)
    merged: set[int] = field(default_factory=set)
    last: TableHeader | None = None


@dataclass(slots=True)
class _Row:
    """A row: the index of its line, its label, and its values."""

    line: int
    label: str
    values: list[Segment]


def find_tables(
    lines: Sequence[PrintedLine],
    strokes: Sequence[Box] = (),
    *,
    before: TableHeader | None = None,
) -> Tables:
    """Return the tables among the lines of a page, from top to bottom.

    `strokes` are the thin lines of the page. `before` is the header at the end of the page before:
    rows at the top that stand in its columns continue that table.
    """
    tables = Tables()
    above, begin = before, 0
    goes_on = before if isinstance(before, GridHeader) else None
    for grid in find_grids(PrintedPage(lines, strokes), before=goes_on):
        _find_figures(lines, range(begin, grid.first), above, tables)
        places = sorted(min(row.lines) for row in grid.rows)
        for place, row in zip(places, grid.rows, strict=True):
            tables.rows[place] = row.write(grid.header.names)
        tables.merged.update(set(grid.lines).difference(places))
        above = tables.last = grid.header
        begin = grid.lines[-1] + 1
    last = max(begin - 1, _find_figures(lines, range(begin, len(lines)), above, tables))
    if last < 0 or _has_text_below(lines, last):
        tables.last = None
    return tables


def _find_figures(
    lines: Sequence[PrintedLine],
    part: range,
    before: TableHeader | None,
    tables: Tables,
) -> int:
    """Add the tables of figures in a part of the lines; return the index of their last row, or -1.

    `before` is the header of the table above, which rows may continue.
    """
    end_of_last = part.start - 1
    found = -1
    for rows, columns in _group_rows(lines, part):
        above = _header_lines(lines, rows, end_of_last, columns)
        names = name_columns(columns, above)
        if len(names) == 1 and names[0][:1].islower():
            names = [""]  # a word at the end of a line above, not a name
        if not any(names) and _goes_on(lines, end_of_last, rows[0].line):
            names = _continued(tables.last or before, columns)
        if len(rows) == 1 and len(names) == 1 and not YEAR.search(names[0]):
            continue  # a number on its own, such as that of the page
        if any(names):
            _write(lines, rows, columns, names, tables)
            tables.last = FigureHeader(columns, tuple(names))
        elif len(rows) > 1:
            _write(lines, rows, columns, names, tables)
            tables.last = None
        end_of_last = found = rows[-1].line
    return found


def _group_rows(lines: Sequence[PrintedLine], part: range) -> Iterator[tuple[list[_Row], Columns]]:
    """Yield the rows of each table in a part of the lines, and their columns."""
    group: list[_Row] = []
    columns: Columns | None = None
    for index in part:
        line = lines[index]
        row = _read_row(index, line)
        if row is None:
            if columns and _ends_table(line, columns):
                yield group, _columns_of(group)
                group, columns = [], None
            continue
        if columns:
            far = index - group[-1].line > _LINES_BETWEEN
            if far or not columns.fits(row.values):
                yield group, _columns_of(group)
                group, columns = [], None
        group.append(row)
        if columns is None or not columns.hold(row.values):
            columns = _columns_of(group)
    if group:
        yield group, _columns_of(group)


def _columns_of(group: Sequence[_Row]) -> Columns:
    return find_columns([row.values for row in group])


def _read_row(index: int, line: PrintedLine) -> _Row | None:
    """Return a line as a row, `None` if it holds no value or only names of columns."""
    segments = list(line.segments)
    if not segments:
        return None
    label = ""
    if not segments[0].is_number or (len(segments) > 1 and segments[0].is_year):
        label = segments.pop(0).text
    numbers = [segment for segment in segments if segment.is_number]
    if not numbers or all(number.is_year for number in numbers):
        return None
    if 2 * len(numbers) < len(segments) or _is_item(segments, label):
        return None
    return _Row(index, label, segments)


def _is_item(segments: Sequence[Segment], label: str) -> bool:
    """Whether a line is the item of a list: a number in front of its words, or running text."""
    if any(len(segment.text) > _LONGEST_NAME for segment in segments):
        return True
    return not label and len(segments) == 2 and not segments[1].is_number


def _ends_table(line: PrintedLine, columns: Columns) -> bool:
    """Whether a line that is no row stands over the columns, as prose and new headers do."""
    first = columns.edges[0]
    return any(segment.right > first[0] for segment in line.segments)


def _header_lines(
    lines: Sequence[PrintedLine], rows: Sequence[_Row], end_of_last: int, columns: Columns
) -> list[list[Segment]]:
    """Return the lines above the first row that can name columns, from top to bottom."""
    found: list[tuple[float, list[Segment]]] = []
    first = rows[0].line
    step = line_step(lines[max(first - 5, 0) : rows[-1].line + 1], default=_USUAL_STEP)
    top = lines[first].height
    label_edge = min(segment.left for line in lines for segment in line.segments)
    for index in range(first - 1, max(end_of_last, first - 1 - _HEADER_LINES), -1):
        segments = lines[index].cut()
        over = [segment for segment in segments if segment.right > columns.start(0)]
        far = lines[index].height - top > _FAR * step
        if far or any(_is_prose(segment, columns, label_edge) for segment in over):
            break
        if any(segment.is_number and not segment.is_year for segment in over):
            break
        found.append((lines[index].height, over))
        top = max(top, lines[index].height)
    levels = _join_levels(found, step)[-_HEADER_LEVELS:]
    return list(_without_caption(levels, columns, step))


def _is_prose(segment: Segment, columns: Columns, label_edge: float) -> bool:
    """Whether a segment is running text: it begins in the area of the labels, or is too long."""
    start = columns.start(0)
    begins = label_edge + 0.5 * (start - label_edge)
    if segment.left < begins and segment.right > columns.edges[0][1]:
        return True
    return len(segment.text) > _LONGEST_NAME


def _join_levels(
    lines: Sequence[tuple[float, list[Segment]]], step: float
) -> list[tuple[float, list[Segment]]]:
    """Return the segments of each level of a header and its height, from top to bottom.

    Lines nearer than half a `step` are one level: a name on one line is set beside the middle of a
    name on two. Segments of a level that stand under one another are one name.
    """
    levels: list[tuple[float, list[Segment]]] = []
    for height, segments in sorted(lines, key=lambda line: -line[0]):
        if levels and levels[-1][0] - height < _HALF * step:
            for segment in segments:
                _stack(levels[-1][1], segment)
            levels[-1] = (height, levels[-1][1])
        else:
            levels.append((height, list(segments)))
    return levels


def _without_caption(
    levels: Sequence[tuple[float, list[Segment]]], columns: Columns, step: float
) -> Iterator[list[Segment]]:
    """Yield the segments of each level, from left to right, without the title of the table."""
    for index, (height, segments) in enumerate(levels):
        if len(segments) == 1 and index + 1 < len(levels) and not segments[0].has_year:
            far = height - levels[index + 1][0] > _CAPTION * step
            if far or segments[0].left < columns.start(0):
                continue
        yield sorted(segments, key=lambda segment: segment.left)


def _stack(level: list[Segment], segment: Segment) -> None:
    for index, above in enumerate(level):
        if segment.left < above.right and above.left < segment.right:
            text = f"{above.text} {segment.text}"
            left, right = min(above.left, segment.left), max(above.right, segment.right)
            level[index] = Segment(text, left, right)
            return
    level.append(segment)


def _goes_on(lines: Sequence[PrintedLine], end_of_last: int, first: int) -> bool:
    """Whether no running text stands between two rows, or above the first row of a page."""
    between = lines[end_of_last + 1 : first]
    return not any(len(each.segments[0].text) > _LONGEST_NAME for each in between if each.segments)


def _continued(before: TableHeader | None, columns: Columns) -> list[str]:
    """Return the names of a table of figures that goes on in the same columns."""
    if not isinstance(before, FigureHeader):
        return []
    found = [before.columns.column_of(Segment("", left, right)) for left, right in columns.edges]
    if None in found or len(set(found)) < len(found):
        return []
    return [before.names[index] for index in found if index is not None]


def _has_text_below(lines: Sequence[PrintedLine], last: int) -> bool:
    """Whether more follows below the last row than a page number or a short foot line."""
    return sum(bool(line.segments) for line in lines[last + 1 :]) > 2


def _write(
    lines: Sequence[PrintedLine],
    rows: Sequence[_Row],
    columns: Columns,
    names: Sequence[str],
    tables: Tables,
) -> None:
    taken = {row.line for row in rows}
    for row in rows:
        label = row.label
        for index in _label_lines(lines, row, taken, columns):
            label = f"{lines[index].segments[0].text} {label}".strip()
            tables.merged.add(index)
            taken.add(index)
        cells = [label] if label else []
        for value in row.values:
            found = columns.column_of(value)
            name = names[found] if names and found is not None else ""
            cells.append(f"{name}: {value.text}" if name else value.text)
        tables.rows[row.line] = " | ".join(cells)


def _label_lines(
    lines: Sequence[PrintedLine], row: _Row, taken: set[int], columns: Columns
) -> Iterator[int]:
    """Yield the lines above, nearest first, in which the label of a row begins."""
    label = row.label
    for index in range(row.line - 1, max(row.line - 1 - _LABEL_LINES, -1), -1):
        line = lines[index]
        if index in taken or len(line.segments) != 1 or _ends_table(line, columns):
            return
        goes_on = label[:1].islower() if label else index == row.line - 1
        if not goes_on or line.segments[0].text.endswith((":", ".")):
            return
        label = line.segments[0].text
        yield index
