"""The columns of a printed table, and the names that stand above them."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import itemgetter

from quoth.load.pdf_segments import YEAR, Segment

_AFTER_YEAR = re.compile(r"(?<=(?:19|20)\d\d)\s*(?=[^\W\d_])|(?<=(?:19|20)\d\d)\s+(?=\d)")
_WIDE = 2.2  # times the median: such a cell says nothing about the edges of its column
_OFF_CENTER = 0.45  # of the distance between two columns
_MOST_UNEQUAL = 3  # times as many columns below one name of a level as below another


@dataclass(frozen=True, slots=True)
class Columns:
    """The numbers' columns of a table from left to right, each with its left and right edge."""

    edges: tuple[tuple[float, float], ...]

    @property
    def pitch(self) -> float:
        """The median distance from one column to the next."""
        rights = [right for _, right in self.edges]
        steps = [after - before for before, after in pairwise(rights)]
        return statistics.median(steps) if steps else 2 * (self.edges[0][1] - self.edges[0][0])

    def start(self, index: int) -> float:
        """Return where the area of a column begins: in the middle of the gap on its left."""
        if index:
            return (self.edges[index - 1][1] + self.edges[index][0]) / 2
        left, right = self.edges[0]
        return min(left, right - self.pitch)

    def end(self, index: int) -> float:
        """Return where the area of a column ends."""
        if index + 1 < len(self.edges):
            return self.start(index + 1)
        left, right = self.edges[index]
        return right + max(self.pitch - (right - left), 0.0) / 2

    def overlapped(self, segment: Segment) -> list[int]:
        """Return the columns whose numbers stand above or below a segment."""
        return [
            index
            for index, (left, right) in enumerate(self.edges)
            if segment.left < right and left < segment.right
        ]

    def near(self, segment: Segment) -> list[int]:
        """Return the column in whose area the middle of a segment is, an empty list for none."""
        return [
            index
            for index in range(len(self.edges))
            if self.start(index) <= segment.center < self.end(index)
        ]

    def column_of(self, segment: Segment) -> int | None:
        """Return the column of a value; `None` if it stands in none of them."""
        found = self.overlapped(segment) or self.near(segment)
        return max(found, key=lambda index: _shared(segment, self.edges[index]), default=None)

    def hold(self, values: Sequence[Segment]) -> bool:
        """Whether each value stands between the edges of a column."""
        return all(
            any(left <= value.left and value.right <= right for left, right in self.edges)
            for value in values
        )

    def fits(self, values: Sequence[Segment]) -> bool:
        """Whether most of a row's values stand in these columns, each in one of its own."""
        found = [self.column_of(value) for value in values]
        placed = [index for index in found if index is not None]
        return len(set(placed)) == len(placed) and 2 * len(placed) > len(values)


def _shared(segment: Segment, edge: tuple[float, float]) -> float:
    return min(segment.right, edge[1]) - max(segment.left, edge[0])


def find_columns(rows: Sequence[Sequence[Segment]]) -> Columns:
    """Return the columns in which the values of some rows stand; each row has a value."""
    values = [value for row in rows for value in row]
    usual = statistics.median(value.right - value.left for value in values)
    narrow = [value for value in values if value.right - value.left <= _WIDE * usual] or values
    edges: list[tuple[float, float]] = []
    for value in sorted(narrow, key=lambda value: value.left):
        if edges and value.left < edges[-1][1]:
            edges[-1] = (edges[-1][0], max(edges[-1][1], value.right))
        else:
            edges.append((value.left, value.right))
    return Columns(tuple(edges))


def name_columns(columns: Columns, lines: Sequence[Sequence[Segment]]) -> list[str]:
    """Return the name of each column, from the lines above the first row, highest first.

    A name is made of as few of the lowest levels as tell all columns apart. A year is added where
    a level has one. A segment over several columns names each of them.
    """
    over = [_split_years(columns, line) for line in lines]
    looks = _printed_columns(columns, over)
    levels = _merge_levels([_place(columns, looks, line) for line in over])
    count = len(columns.edges)
    for first in range(len(levels) - 1, -1, -1):
        names = _compose(levels[first:], count)
        above = _compose(levels[:first], count)
        apart = len(set(filter(None, names))) == sum(map(bool, names)) and all(names)
        years = all(YEAR.search(name) for name in names) or not YEAR.search(" ".join(above))
        if apart and years:
            return names
    return _compose(levels, count)


def _split_years(columns: Columns, line: Sequence[Segment]) -> list[Segment]:
    """Return the segments over the columns; dates that stand close together are cut apart."""
    over = [segment for segment in line if segment.center >= columns.start(0)]
    count = len(columns.edges)
    if len(over) >= count or sum(len(YEAR.findall(each.text)) or 1 for each in over) != count:
        return over
    pieces: list[Segment] = []
    for segment in over:
        texts = _AFTER_YEAR.split(segment.text)
        step = (segment.right - segment.left) / len(texts)
        for number, text in enumerate(texts):
            left = segment.left + number * step
            pieces.append(Segment(text, left, left + step))
    return pieces


def _printed_columns(columns: Columns, lines: Sequence[Sequence[Segment]]) -> list[Columns]:
    """Return the columns as wide as they may look: with room for a sign, or as their names."""
    count = len(columns.edges)
    areas = tuple((columns.start(index), right) for index, (_, right) in enumerate(columns.edges))
    looks = [Columns(areas)]
    for line in reversed(lines):
        if len(line) == count:
            return [*looks, Columns(tuple((name.left, name.right) for name in line))]
    return looks


_Level = list[str]
"""The text over each column, an empty string where there is none."""


def _compose(levels: Sequence[_Level], count: int) -> list[str]:
    return [" ".join(filter(None, (level[index] for level in levels))) for index in range(count)]


def _merge_levels(placed: Sequence[tuple[_Level, bool]]) -> list[_Level]:
    """Return the levels; names of single columns on lines in a row are one level."""
    levels: list[_Level] = []
    single_before = False
    for level, single in placed:
        if not any(level):
            continue
        if single and single_before:
            levels[-1] = _compose([levels[-1], level], len(level))
        else:
            levels.append(level)
        single_before = single
    return levels


def _place(
    columns: Columns, looks: Sequence[Columns], segments: Sequence[Segment]
) -> tuple[_Level, bool]:
    """Return the text over each column, and whether each segment is over one column only."""
    count = len(columns.edges)
    if len(segments) == count > 1:
        return [segment.text for segment in segments], True
    _, spans = min((_divide(look, segments) for look in looks), key=itemgetter(0))
    if len(spans) == 1:  # the whole table: what is not its year need not be said again
        text = segments[0].text
        years = YEAR.findall(text)
        if years or text.endswith(",") or segments[0].right - segments[0].left > columns.pitch:
            return [years[0] if len(years) == 1 else text] * count, False
    elif spans:
        return [segments[number].text for number, span in enumerate(spans) for _ in span], False
    level = [""] * count
    single = True
    for segment in segments:
        covered = columns.overlapped(segment) or columns.near(segment)
        single = single and len(covered) == 1
        for index in covered:
            level[index] = f"{level[index]} {segment.text}".strip()
    return level, single


_Division = tuple[float, tuple[range, ...]]
"""How far segments are off the middle, in all, and the columns that each stands over."""
_NONE: _Division = (math.inf, ())


def _divide(columns: Columns, segments: Sequence[Segment]) -> _Division:
    """Divide all columns among fewer segments, each in the middle of those it stands over."""
    count = len(columns.edges)
    if not 0 < len(segments) < count:
        return _NONE
    longest = -(-_MOST_UNEQUAL * count // (len(segments) + _MOST_UNEQUAL - 1))

    @cache
    def divide(number: int, first: int) -> _Division:
        if number == len(segments):
            return (0.0, ()) if first == count else _NONE
        best = _NONE
        for end in range(first + 1, min(first + longest, count) + 1):
            left, right = columns.edges[first][0], columns.edges[end - 1][1]
            off = abs((left + right) / 2 - segments[number].center) / columns.pitch
            if off <= _OFF_CENTER:
                rest, spans = divide(number + 1, end)
                best = min(best, (off + rest, (range(first, end), *spans)), key=itemgetter(0))
        return best

    return divide(0, 0)
