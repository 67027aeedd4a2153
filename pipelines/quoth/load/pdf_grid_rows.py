"""The columns and rows of a printed table of words: what stands under one another, and beside."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from quoth.load.pdf_segments import SAME_HEIGHT, PrintedLine, Segment, line_step
from quoth.load.pdf_shapes import Box

_ALIGNED = 3.0  # points between the edges of cells that stand under one another
_FAR = 1.9  # times the greatest step between two lines so far
_PADDED = 5.0  # usual steps between two lines that two rows may be apart
_NEAR = 0.8  # of the distance between two rows
_RULED = 0.7  # of the width of what a rule stands under
_FEWEST_RULES = 2


@dataclass(frozen=True)
class PrintedPage:
    """What is printed on a page: its lines, and its thin lines."""

    lines: Sequence[PrintedLine]
    strokes: Sequence[Box]

    @cached_property
    def step(self) -> float:
        """The usual distance between two lines, in points."""
        return line_step(self.lines)


@dataclass(slots=True)
class Row:
    """A row: the lines that it is printed on, and the texts of its cells, by their columns."""

    lines: list[int]
    cells: dict[int, str]

    def add(self, lines: Sequence[int], cells: Mapping[int, str]) -> None:
        """Add lines on which cells of the row go on."""
        self.lines += lines
        for column, text in cells.items():
            self.cells[column] = f"{self.cells.get(column, '')} {text}".strip()

    def copy(self) -> Row:
        """Return a row of its own with the same lines and cells."""
        return Row(list(self.lines), dict(self.cells))

    def write(self, names: Sequence[str]) -> str:
        """Return the row as a line: each cell but the first follows the name of its column."""
        cells = sorted(self.cells.items())
        return " | ".join(f"{names[column]}: {text}" if column else text for column, text in cells)


@dataclass(slots=True)
class GridColumns:
    """The columns of a table, as wide as the cells that are in them so far."""

    edges: list[tuple[float, float]]
    cells: list[list[Segment]] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = [[] for _ in self.edges]

    def place(self, line: PrintedLine) -> dict[int, Segment]:
        """Return the segments of a line by their columns.

        It is empty unless each segment stands in a column of its own. A segment beside all columns
        belongs to the one whose cells begin, end or have their middle where it has.
        """
        placed = self._place(line.segments)
        return placed or (self._place(line.cut()) if len(line.segments) == 1 else {})

    def add(self, cells: Mapping[int, Segment]) -> None:
        """Widen the columns to hold these cells."""
        for column, cell in cells.items():
            left, right = self.edges[column]
            self.edges[column] = (min(left, cell.left), max(right, cell.right))
            self.cells[column].append(cell)

    def have_words(self) -> bool:
        """Whether a column behind the first has more words than numbers."""
        return any(
            2 * sum(cell.is_number for cell in cells) < len(cells) for cells in self.cells[1:]
        )

    def _place(self, segments: Sequence[Segment]) -> dict[int, Segment]:
        placed: dict[int, Segment] = {}
        for segment in segments:
            found = overlapped(self.edges, segment) or self._aligned(segment)
            if len(found) != 1 or found[0] in placed:
                return {}
            placed[found[0]] = segment
        return placed

    def _aligned(self, segment: Segment) -> list[int]:
        return [
            column
            for column, cells in enumerate(self.cells)
            if cells and any(map(_is_same, _anchors(cells[-1]), _anchors(segment)))
        ]


def overlapped(edges: Sequence[tuple[float, float]], segment: Segment) -> list[int]:
    """Return the columns with these edges that a segment stands over or under."""
    return [
        column
        for column, (left, right) in enumerate(edges)
        if segment.left < right and left < segment.right
    ]


def is_beside(line: PrintedLine, other: PrintedLine) -> bool:
    """Whether two lines are printed at the same height."""
    return abs(line.height - other.height) < SAME_HEIGHT


def _anchors(segment: Segment) -> tuple[float, float, float]:
    return segment.left, segment.right, segment.center


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) < _ALIGNED


def is_ruled(
    strokes: Iterable[Box], above: float, below: float, edges: tuple[float, float]
) -> bool:
    """Whether the rules between two heights reach from edge to edge, or nearly so."""
    left, right = edges
    wide = sum(
        min(stroke[2], right) - max(stroke[0], left)
        for stroke in strokes
        if below < stroke[1] < above and stroke[0] < right and left < stroke[2]
    )
    return wide > _RULED * (right - left)


@dataclass(slots=True)
class _Level:
    """What is printed at one height of a table."""

    height: float
    row: Row


def read_rows(page: PrintedPage, first: int, columns: GridColumns) -> list[Row]:
    """Return the rows that begin on a line and end where a line does not stand in the columns.

    The columns are widened to hold them.
    """
    levels = _join_levels(page.lines, _place_lines(page, first, columns))
    return _join_ruled(levels, columns, page.strokes) or _join_near(levels, len(columns.edges))


def _place_lines(
    page: PrintedPage, first: int, columns: GridColumns
) -> Iterator[tuple[int, dict[int, Segment]]]:
    """Yield the lines whose segments stand in the columns.

    A line may stand beside those before it: a cell on several lines comes before the next cell.
    Text in the first column alone is of the table only where more follows, or where it is near.
    """
    lines = page.lines
    steps: list[float] = []
    bottom = lines[first].height
    waiting: list[tuple[int, dict[int, Segment]]] = []
    for index in range(first, len(lines)):
        line = lines[index]
        cells = columns.place(line)
        step = bottom - line.height
        far = max(_FAR * max(steps, default=0.0), _PADDED * page.step)
        if not cells or not -far < step <= far:
            return
        if step > 0:
            steps.append(step)
        bottom = min(bottom, line.height)
        waiting.append((index, cells))
        if list(cells) != [0] or 0 < step < _NEAR * statistics.median(steps):
            for _, placed in waiting:
                columns.add(placed)
            yield from waiting
            waiting = []


def _join_levels(
    lines: Sequence[PrintedLine], placed: Iterable[tuple[int, Mapping[int, Segment]]]
) -> list[_Level]:
    """Return what is printed at each height, from top to bottom."""
    levels: list[_Level] = []
    for index, cells in placed:
        height = lines[index].height
        found = next((each for each in levels if abs(each.height - height) < SAME_HEIGHT), None)
        if found is None:
            found = _Level(height, Row([], {}))
            levels.append(found)
        found.row.add([index], {column: cell.text for column, cell in cells.items()})
    return sorted(levels, key=lambda level: -level.height)


def _join_ruled(
    levels: Sequence[_Level], columns: GridColumns, strokes: Sequence[Box]
) -> list[Row]:
    """Return the rows that rules separate, nothing unless all are separated.

    Rows with no rule between them in the first column share its cell.
    """
    rows: list[Row] = []
    shared: list[list[Row]] = []
    rules, whole = 0, False
    bottom = math.inf
    for level in levels:
        ruled = [is_ruled(strokes, bottom, level.height, edges) for edges in columns.edges]
        is_whole = len(level.row.cells) == len(columns.edges)
        if rows and not any(ruled):
            if whole and is_whole:
                return []
            rows[-1].add(level.row.lines, level.row.cells)
            whole = whole or is_whole
        else:
            rows.append(level.row.copy())
            if shared and not ruled[0]:
                shared[-1].append(rows[-1])
            else:
                shared.append([rows[-1]])
            rules += any(ruled)
            whole = is_whole
        bottom = level.height
    if rules < _FEWEST_RULES:
        return []
    for group in shared:
        label = " ".join(row.cells[0] for row in group if 0 in row.cells)
        for row in group if label else ():
            row.cells[0] = label
    return rows


def _join_near(levels: Sequence[_Level], count: int) -> list[Row]:
    """Return the rows: levels nearer to each other than two rows are one.

    Where only the first cell is missing, it is that of the row above.
    """
    near = _least_step(levels, count)
    rows: list[Row] = []
    bottom = math.inf
    for level in levels:
        cells = level.row.cells
        goes_on = bottom - level.height < near or (0 not in cells and len(cells) < count - 1)
        if rows and goes_on:
            rows[-1].add(level.row.lines, cells)
        else:
            label = rows[-1].cells.get(0) if rows and 0 not in cells else None
            rows.append(level.row.copy())
            if label is not None:
                rows[-1].cells[0] = label
        bottom = level.height
    return rows


def _least_step(levels: Sequence[_Level], count: int) -> float:
    """Return the distance below which two levels are one row.

    It follows from rows of one line each, else from the widest jump among the distances.
    """
    steps = sorted(above.height - below.height for above, below in pairwise(levels))
    whole = [
        above.height - below.height
        for above, below in pairwise(levels)
        if len(above.row.cells) == len(below.row.cells) == count
    ]
    if whole:
        return _NEAR * min(whole)
    jumps = [(after / before, (before + after) / 2) for before, after in pairwise(steps)]
    ratio, between = max(jumps, default=(0.0, 0.0))
    return between if ratio > 1 / _NEAR else 0.0
