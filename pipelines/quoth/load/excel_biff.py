"""How an XLS ([MS-XLS]) shows its cells, and what lies over them: charts, boxes and comments."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from quoth.load.compound_file import read_stream
from quoth.load.excel_drawings import DRAWN, drawn_lines
from quoth.load.excel_records import read_text, records
from quoth.load.excel_sheet import SheetParts
from quoth.load.excel_styles import CellStyles, cell_styles

_FORMAT, _XF, _FONT, _DATE_1904 = 0x41E, 0xE0, 0x31, 0x22
_SHEET, _ROW, _COLUMNS, _FILTERED = 0x85, 0x208, 0x7D, 0x9B
_NUMBER, _RK, _MANY_RK, _FORMULA = 0x203, 0x27E, 0xBD, 0x06
_TEXTS = (0xFD, 0x204, 0xD6)  # shared, in the cell, of several looks
_HIDDEN_ROW, _HIDDEN_COLUMN, _STRUCK = 0x20, 0x01, 0x08
_VERSION_8 = 0x600
_PLACE = struct.Struct("<HHH")  # row, column, style
_NUMBERS = frozenset((_NUMBER, _RK, _MANY_RK, _FORMULA))


def read_sheets(content: bytes, unread: Counter[str]) -> Mapping[str, SheetParts]:
    """Return what is known of each sheet by its name; nothing of a file from before Excel 97.

    `unread` counts struck-out cells and pictures.

    Raises `ValueError` or `struct.error` for a broken file.
    """
    book = read_stream(content, ("Workbook", "WORKBOOK"))
    if len(book) < 8 or struct.unpack_from("<HHH", book)[2] != _VERSION_8:
        return {}
    styles = _Styles()
    places: dict[str, int] = {}
    for kind, body in records(book, 0):
        if kind == _SHEET:
            places[read_text(body[6:], wide_count=False)] = struct.unpack_from("<I", body)[0]
        else:
            styles.add(kind, body)
    shown = styles.finish()
    return {name: _sheet(book, at, shown, unread) for name, at in places.items()}


@dataclass(slots=True)
class _Styles:
    codes: dict[int, str] = field(default_factory=dict)
    used: list[tuple[int, int]] = field(default_factory=list)
    fonts: list[bool] = field(default_factory=list)
    is_1904: bool = False

    def add(self, kind: int, body: bytes) -> None:
        if kind == _FORMAT:
            self.codes[struct.unpack_from("<H", body)[0]] = read_text(body[2:])
        elif kind == _XF:
            font, code = struct.unpack_from("<HH", body)
            self.used.append((code, font - (font > 4)))  # there is no font 4
        elif kind == _FONT:
            self.fonts.append(bool(body[2] & _STRUCK))
        elif kind == _DATE_1904:
            self.is_1904 = body[:2] == b"\x01\x00"

    def finish(self) -> CellStyles:
        struck = (font < len(self.fonts) and self.fonts[font] for _, font in self.used)
        return cell_styles(
            self.codes,
            [code for code, _ in self.used],
            struck=frozenset(number for number, is_struck in enumerate(struck) if is_struck),
            is_1904=self.is_1904,
        )


def _sheet(book: bytes, at: int, styles: CellStyles, unread: Counter[str]) -> SheetParts:
    parts = SheetParts()
    rows: set[int] = set()
    columns: set[int] = set()
    is_filtered, is_drawn_on = False, False
    for kind, body in records(book, at):
        if kind in _NUMBERS:
            for row, column, style, value in _numbers(kind, body):
                text = styles.show_number(style, value) if style in styles.formats else None
                if style in styles.struck:
                    text, unread["struck-out cell"] = "", unread["struck-out cell"] + 1
                if text is not None:
                    parts.texts.setdefault(row, {})[column] = text
        elif kind in _TEXTS and styles.struck:
            row, column, style = _PLACE.unpack_from(body)
            if style in styles.struck:
                unread["struck-out cell"] += 1
                parts.texts.setdefault(row, {})[column] = ""
        elif kind == _ROW and body[12] & _HIDDEN_ROW:
            rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS and body[8] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<HH", body)
            columns.update(range(first, last + 1))
        is_filtered = is_filtered or kind == _FILTERED
        is_drawn_on = is_drawn_on or kind in DRAWN
    parts.hidden_rows = frozenset() if is_filtered else frozenset(rows)
    parts.hidden_columns = frozenset(columns)
    parts.lines += drawn_lines(book, at, unread) if is_drawn_on else []
    return parts


def _numbers(kind: int, body: bytes) -> Iterator[tuple[int, int, int, float]]:
    """Yield row, column, style and value of the numbers in a record."""
    row, column, style = _PLACE.unpack_from(body)
    if kind == _NUMBER:
        yield row, column, style, struct.unpack_from("<d", body, 6)[0]
    elif kind == _FORMULA:
        if body[12:14] != b"\xff\xff":  # the result is no text, error or truth value
            yield row, column, style, struct.unpack_from("<d", body, 6)[0]
    elif kind == _RK:
        yield row, column, style, rk_value(struct.unpack_from("<I", body, 6)[0])
    else:
        for number, (at, _) in enumerate(pairwise(range(4, len(body), 6))):
            each, packed = struct.unpack_from("<HI", body, at)
            yield row, column + number, each, rk_value(packed)


def rk_value(packed: int) -> float:
    """Return a number that Excel packed into 32 bits."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = float(struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0])
    return value / 100 if packed & 1 else value
