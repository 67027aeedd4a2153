"""What lies over the cells of an XLS ([MS-XLS]): charts, text boxes and comments."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field

from quoth.load.clean import one_line
from quoth.load.excel_records import read_characters, read_text, records
from quoth.load.excel_sheet import cell_name
from quoth.load.number_format import format_general
from quoth.load.tables import table_lines

_BOF, _EOF, _CONTINUE = 0x809, 0x0A, 0x3C
_OBJECT, _TEXT, _NOTE = 0x5D, 0x1B6, 0x1C
_A_PICTURE, _A_COMMENT = 8, 0x19
_A_CHART = 0x20
_SERIES, _LABEL_OF_CHART, _SERIES_TEXT, _ORDER = 0x1003, 0x1025, 0x100D, 0x1065
DRAWN = frozenset((_OBJECT, _NOTE, _SERIES))
"""The records of a sheet that something lies over."""
_VALUES, _CATEGORIES = 1, 2
_NUMBER, _LABEL = 0x203, 0x204
_LENGTH_OF_TEXT = 10
"""The place of the number of characters in the record of a text."""


def drawn_lines(book: bytes, at: int, unread: Counter[str]) -> list[str]:
    """Return the charts, text boxes and comments of the sheet that begins at a place.

    `unread` counts pictures, and what is damaged.
    """
    drawings = _Drawings(unread)
    for kind, body in records(book, at, depth=2):
        try:
            drawings.add(kind, body)
        except (struct.error, IndexError):
            unread["damaged drawing"] += 1
    return drawings.lines()


@dataclass(slots=True)
class _Chart:
    """The texts and values of a chart; those of its series by the number of the series."""

    titles: list[str] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    series: int = -1
    is_in_series: bool = False
    order: int = 0
    cells: dict[int, dict[int, dict[int, str]]] = field(default_factory=dict)

    def add(self, kind: int, body: bytes) -> None:
        if kind == _SERIES:
            self.series, self.is_in_series = self.series + 1, True
        elif kind == _LABEL_OF_CHART:
            self.is_in_series = False
        elif kind == _SERIES_TEXT:
            self._name(one_line(read_text(body[2:], wide_count=False)))
        elif kind == _ORDER:
            self.order = struct.unpack_from("<H", body)[0]
        elif kind in (_NUMBER, _LABEL):
            point, series, _ = struct.unpack_from("<HHH", body)
            is_number = kind == _NUMBER
            value = format_general(struct.unpack_from("<d", body, 6)[0]) if is_number else ""
            column = self.cells.setdefault(self.order, {}).setdefault(series, {})
            column[point] = value or one_line(read_text(body[6:]))

    def _name(self, text: str) -> None:
        if self.is_in_series:
            self.names.setdefault(self.series, text)
        elif text:
            self.titles.append(text)

    def text(self) -> str:
        """Return the titles, and a row of values for each category."""
        values = self.cells.get(_VALUES, {})
        categories = next(iter(self.cells.get(_CATEGORIES, {}).values()), {})
        names = [self.names.get(series) or f"Series {series + 1}" for series in values]
        points = sorted({*categories, *(point for column in values.values() for point in column)})
        rows = [
            [
                categories.get(point, str(point + 1)),
                *(column.get(point, "") for column in values.values()),
            ]
            for point in points
        ]
        lines = table_lines([["", *names], *rows], header_rows=1) if rows else []
        title, *axes = self.titles or [""]
        head = [f"Chart: {title}" if title else "Chart"]
        head += ["Axes: " + ", ".join(axes)] if axes else []
        return "\n".join([*head, *lines]) if lines or title else ""


@dataclass(slots=True)
class _Drawings:
    unread: Counter[str]
    charts: list[_Chart] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[int, int, int, str]] = field(default_factory=list)
    depth: int = 0
    is_chart: bool = False
    object: int = 0
    missing: int = 0  # characters that the next record goes on with

    def add(self, kind: int, body: bytes) -> None:
        if kind == _BOF:
            self.depth += 1
            self.is_chart = struct.unpack_from("<HH", body)[1] == _A_CHART
            self.charts += [_Chart()] if self.is_chart else []
        elif kind == _EOF:
            self.depth -= 1
            self.is_chart = False
        elif self.is_chart:
            self.charts[-1].add(kind, body)
        elif kind == _CONTINUE and self.missing:
            text = read_characters(body, self.missing)
            self.missing -= len(text)
            self.texts[self.object] = self.texts.get(self.object, "") + text
        else:
            self._add_object(kind, body)

    def _add_object(self, kind: int, body: bytes) -> None:
        if kind == _OBJECT:
            what, self.object = struct.unpack_from("<HH", body, 4)
            self.unread["picture"] += what == _A_PICTURE
        elif kind == _TEXT:
            self.missing = struct.unpack_from("<H", body, _LENGTH_OF_TEXT)[0]
        elif kind == _NOTE:
            row, column, _, identity = struct.unpack_from("<HHHH", body)
            self.notes.append((row, column, identity, one_line(read_text(body[8:]))))

    def lines(self) -> list[str]:
        """Return what was added as blocks: charts, boxes, and all comments together."""
        blocks = [chart.text() for chart in self.charts]
        comments = []
        for row, column, identity, author in sorted(self.notes):
            if text := one_line(self.texts.pop(identity, "")):
                comments.append(": ".join(filter(None, (cell_name(row, column), author, text))))
        blocks += map(one_line, self.texts.values())
        blocks += ["\n".join(["Comments:", *comments])] if comments else []
        return [block for block in blocks if block]
