"""Tables of words on a PDF page: a line of names, and below each name its cells.

Columns are what white space separates from the first line to the last, however their cells are
aligned. The names are told by their font, by a rule below them, or by figures in the cells alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quoth.load.pdf_grid_rows import (
    GridColumns,
    PrintedPage,
    Row,
    is_beside,
    is_ruled,
    overlapped,
    read_rows,
)
from quoth.load.pdf_segments import PrintedLine, Segment

_LONGEST_NAME = 40  # characters
_LONGEST_CELL = 90
_FEWEST_ROWS = 2
_FULL = 0.5  # of the rows have a cell in each column
_NAME_STEP = 1.9  # usual steps between two lines of names
_MOST_NAME_LINES = 12
_RUNNING = 0.35  # of the cells begin with a small letter
_TOP_LINES = 6  # of a page, among which a table goes on
_SENTENCE_ENDS = (".", ":", ";", "?", "!", "。", "：", "？")
_FIGURE = re.compile(r"\W{0,3}\d")


@dataclass(frozen=True, slots=True)
class GridHeader:
    """The names of a table's columns, and the left and right edge of each."""

    names: tuple[str, ...]
    edges: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of words: the index of its first line, its names, and its rows."""

    first: int
    header: GridHeader
    rows: tuple[Row, ...]

    @property
    def lines(self) -> list[int]:
        """The indexes of the lines of its rows, in order."""
        return sorted(line for row in self.rows for line in row.lines)


def find_grids(page: PrintedPage, *, before: GridHeader | None = None) -> Iterator[Grid]:
    """Yield the tables of words among the lines of a page, from top to bottom.

    `before` is the header at the end of the page before,
    which rows at the top may continue.
    """
    index = 0
    while index < len(page.lines):
        grid = None
        if before is not None and index < _TOP_LINES:
            grid = _continue_grid(page, index, before)
        grid = grid or _read_grid(page, index)
        if grid is not None:
            yield grid
            before = None
        index = grid.lines[-1] + 1 if grid else index + 1


def _continue_grid(page: PrintedPage, first: int, header: GridHeader) -> Grid | None:
    """Return the rows at the top of a page that continue the table of the page before."""
    columns = GridColumns(list(header.edges))
    texts = tuple(cell.text for _, cell in sorted(columns.place(page.lines[first]).items()))
    if len(texts) < len(header.names) or texts == header.names:
        return None
    rows = read_rows(page, first, columns)
    return Grid(first, GridHeader(header.names, tuple(columns.edges)), tuple(rows))


def _read_grid(page: PrintedPage, first: int) -> Grid | None:
    """Return the table whose names begin on a line, `None` if there is none."""
    lines = page.lines
    if not lines[first].bold and len(lines[first].segments) < 2:
        return None
    header = _find_header(page, first)
    names = _stack(lines[header.start : header.stop])
    if not _may_be_names(names) or header.stop == len(lines):
        return None
    columns = GridColumns([(name.left, name.right) for name in names])
    rows = read_rows(page, header.stop, columns)
    texts = tuple(name.text for name in names)
    if not _is_filled(rows, len(texts)) or _is_running_text(rows) or not columns.have_words():
        return None
    if _is_repeated(texts, rows) or not _is_named(page, header, rows, columns):
        return None
    return Grid(first, GridHeader(texts, tuple(columns.edges)), tuple(rows))


def _find_header(page: PrintedPage, first: int) -> range:
    """Return the lines of names from a line on: in bold there may be several.

    Lines that a row below could be, with a name in each column, are not counted among them.
    """
    lines, stop = page.lines, first + 1
    end = min(first + _MOST_NAME_LINES, len(lines)) if lines[first].bold else stop
    while stop < end and lines[stop].bold:
        step = abs(lines[stop - 1].height - lines[stop].height)
        names = _stack(lines[first:stop])
        beside = any(is_beside(lines[stop], line) for line in lines[first:stop])
        whole = len(_segments(lines[stop])) >= len(names) > 1 and not beside
        if whole or step > _NAME_STEP * page.step:
            break
        stop += 1
    if _is_title(lines[first], lines[first + 1 : stop]):
        return range(first, first + 1)
    return range(first, stop)


def _is_title(line: PrintedLine, below: Sequence[PrintedLine]) -> bool:
    """Whether a line above names is the title of the table, not the first line of a name."""
    names = _stack(below)
    segments = _segments(line)
    if len(names) < 2 or len(segments) != 1 or any(is_beside(line, other) for other in below):
        return False
    found = overlapped([(name.left, name.right) for name in names], segments[0])
    return len(found) != 1 or found == [0]


def _segments(line: PrintedLine) -> Sequence[Segment]:
    return line.cut() if line.bold and len(line.segments) == 1 else line.segments


def _stack(lines: Sequence[PrintedLine]) -> list[Segment]:
    """Return the segments of some lines from left to right, those under one another as one."""
    stacked: list[Segment] = []
    for line in sorted(lines, key=lambda line: -line.height):
        for segment in _segments(line):
            under = [each for each in stacked if each.left < segment.right > each.left]
            under = [each for each in under if segment.left < each.right]
            text = " ".join([*(each.text for each in under), segment.text])
            left = min(each.left for each in [*under, segment])
            right = max(each.right for each in [*under, segment])
            stacked = [each for each in stacked if each not in under]
            stacked.append(Segment(text, left, right, segment.is_number and not under))
    return sorted(stacked, key=lambda segment: segment.left)


def _may_be_names(names: Sequence[Segment]) -> bool:
    if len(names) < 2 or len({name.text for name in names}) < len(names) or names[0].has_year:
        return False
    return not any(
        name.is_number
        or name.is_year
        or len(name.text) > _LONGEST_NAME
        or name.text.endswith(_SENTENCE_ENDS)
        or _FIGURE.match(name.text)
        for name in names
    )


def _is_filled(rows: Sequence[Row], count: int) -> bool:
    full = sum(len(row.cells) == count for row in rows)
    return full >= _FEWEST_ROWS and full >= _FULL * len(rows)


def _is_running_text(rows: Sequence[Row]) -> bool:
    """Whether the columns are those of running text beside each other."""
    lines = [text for row in rows for text in row.cells.values() if len(row.lines) == 1]
    if any(len(text) > _LONGEST_CELL for text in lines):
        return True
    return sum(text[:1].islower() for text in lines) > _RUNNING * len(lines)


def _is_repeated(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether a name is also a cell of its column, and so no name."""
    return any(row.cells.get(column) == name for row in rows for column, name in enumerate(names))


def _is_named(page: PrintedPage, header: range, rows: Sequence[Row], columns: GridColumns) -> bool:
    """Whether the first line names the columns: by its font, by a rule below it, or by figures.

    Where all rows are ruled, a table of two columns may have keys and values instead of names.
    """
    lines, strokes = page.lines, page.strokes
    starts = [lines[min(row.lines)] for row in rows]
    if lines[header[0]].bold and not any(line.bold for line in starts):
        return True
    width = (columns.edges[0][0], columns.edges[-1][1])
    heights = [lines[header[-1]].height, *(line.height for line in starts)]
    first, *others = (is_ruled(strokes, above, below, width) for above, below in pairwise(heights))
    if first and (len(columns.edges) > 2 or not any(others)):
        return True
    return len(columns.edges) > 2 and any(
        all(_FIGURE.match(row.cells.get(column, "")) for row in rows)
        for column in range(1, len(columns.edges))
    )
