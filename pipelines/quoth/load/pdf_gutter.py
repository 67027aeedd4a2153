"""Columns of running text that a PDF prints line by line, read one after the other."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from quoth.load.pdf_segments import PrintedLine, Segment

_FEWEST = 5  # lines
_ALIGNED = 4.0  # points between the beginnings of two lines of a column
_SHORTEST = 14  # characters of a usual line
_FULL = 0.6  # of the width of a column
_RUNNING = 0.35  # of the lines begin with a small letter

_Pair = tuple[Segment, Segment]


def order_columns(lines: Sequence[PrintedLine]) -> list[tuple[int, str]]:
    """Return the lines in the order of reading, each as its index and its text.

    The text is empty where the line is whole. Two columns of running text beside each other are
    read from top to bottom, first the left one. Tables, whose cells are no running text, stay.
    """
    order: list[tuple[int, str]] = []
    position = 0
    for first, last in _runs(lines):
        pairs = [(index, lines[index].segments) for index in range(first, last)]
        order += [(index, "") for index in range(position, first)]
        order += [(index, segments[0].text) for index, segments in pairs]
        order += [(index, segments[1].text) for index, segments in pairs]
        position = last
    return [*order, *((index, "") for index in range(position, len(lines)))]


def _runs(lines: Sequence[PrintedLine]) -> Iterator[tuple[int, int]]:
    """Yield where two columns of running text begin and end."""
    begin = 0
    for index in range(len(lines) + 1):
        pair = _pair(lines[index]) if index < len(lines) else None
        before = _pair(lines[begin]) if index > begin else None
        if pair and (before is None or abs(pair[1].left - before[1].left) < _ALIGNED):
            continue
        if index - begin >= _FEWEST:
            pairs = [each for line in lines[begin:index] if (each := _pair(line))]
            if _is_running([left for left, _ in pairs]) and _is_running(
                [right for _, right in pairs]
            ):
                yield begin, index
        begin = index if pair else index + 1


def _pair(line: PrintedLine) -> _Pair | None:
    if len(line.segments) != 2 or any(segment.is_number for segment in line.segments):
        return None
    return line.segments[0], line.segments[1]


def _is_running(column: Sequence[Segment]) -> bool:
    """Whether the lines of a column are full lines of running text."""
    widths = [segment.right - segment.left for segment in column]
    small = sum(segment.text[:1].islower() for segment in column)
    return (
        statistics.median(len(segment.text) for segment in column) >= _SHORTEST
        and statistics.median(widths) >= _FULL * max(widths)
        and small >= _RUNNING * len(column)
    )
