"""Writes a workbook in the binary form of Excel ([MS-XLSB]), which no package on PyPI does."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

RELATIONS = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.bin"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
</Relationships>"""
ROW, REAL, TEXT = 0x00, 0x05, 0x06
BEGIN_SHEET, END_SHEET, BEGIN_BOOK, END_BOOK = 0x81, 0x82, 0x83, 0x84
BEGIN_SHEETS, END_SHEETS, BEGIN_DATA, END_DATA, DIMENSIONS, SHEET = (
    0x8F,
    0x90,
    0x91,
    0x92,
    0x94,
    0x9C,
)


def write_xlsb(path: Path, name: str, rows: Sequence[Sequence[str | float]]) -> None:
    """Write one sheet with these rows."""
    book = (
        record(BEGIN_BOOK)
        + record(BEGIN_SHEETS)
        + record(SHEET, struct.pack("<II", 0, 1) + wide("rId1") + wide(name))
        + record(END_SHEETS)
        + record(END_BOOK)
    )
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = record(BEGIN_SHEET) + record(DIMENSIONS, size) + record(BEGIN_DATA)
    for number, row in enumerate(rows):
        sheet += record(ROW, struct.pack("<I", number) + bytes(21))
        for column, value in enumerate(row):
            sheet += cell(column, value)
    sheet += record(END_DATA) + record(END_SHEET)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)


def record(kind: int, body: bytes = b"") -> bytes:
    """Return a record: its kind in one or two bytes, its size in groups of seven bits, its body."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind, kind >> 7])
    size, left = b"", len(body)
    while left >= 0x80:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    return head + size + bytes([left]) + body


def wide(text: str) -> bytes:
    """Return a text with its length before it."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, value: str | float) -> bytes:
    """Return a cell with a text or a number."""
    place = struct.pack("<II", column, 0)
    if isinstance(value, str):
        return record(TEXT, place + wide(value))
    return record(REAL, place + struct.pack("<d", value))
