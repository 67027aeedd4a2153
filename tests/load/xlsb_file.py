"""Writes a workbook in the binary form of Excel ([MS-XLSB]), which no package on PyPI does."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

RELATIONS = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.bin"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
</Relationships>"""
ROW, REAL, TEXT = 0x00, 0x05, 0x06
FONT, FORMAT, STYLE, BEGIN_FORMATS, BEGIN_STYLES, END_STYLES = 43, 44, 47, 615, 617, 618
BEGIN_COMMENT, COMMENT_TEXT, AUTHOR = 635, 637, 632
COMMENTS = RELATIONS.replace("worksheets/sheet1", "../comments1").replace(
    "relationships/worksheet", "relationships/comments"
)
BEGIN_SHEET, END_SHEET, BEGIN_BOOK, END_BOOK = 0x81, 0x82, 0x83, 0x84
BEGIN_SHEETS, END_SHEETS, BEGIN_DATA, END_DATA, DIMENSIONS, SHEET = (
    0x8F,
    0x90,
    0x91,
    0x92,
    0x94,
    0x9C,
)


def write_xlsb(
    path: Path,
    name: str,
    rows: Sequence[Sequence[str | float]],
    *,
    codes: Mapping[tuple[int, int], str] | None = None,
    struck: Collection[tuple[int, int]] = (),
    hidden_rows: Collection[int] = (),
    comments: Mapping[tuple[int, int], str] | None = None,
) -> Path:
    """Write one sheet with these rows; `codes` are formats of numbers by row and column.

    Comments are Ann's.
    """
    codes, comments = codes or {}, comments or {}
    styles = {place: 2 + number for number, place in enumerate(codes)}
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
        look = 0x10 if number in hidden_rows else 0
        sheet += record(ROW, struct.pack("<IIHBB", number, 0, 0, 0, look) + bytes(13))
        for column, value in enumerate(row):
            style = 1 if (number, column) in struck else styles.get((number, column), 0)
            sheet += cell(column, value, style)
    sheet += record(END_DATA) + record(END_SHEET)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr("xl/styles.bin", _styles(list(codes.values())))
        if comments:
            archive.writestr("xl/worksheets/_rels/sheet1.bin.rels", COMMENTS)
            archive.writestr("xl/comments1.bin", _comments(comments))
    return path


def _styles(codes: Sequence[str]) -> bytes:
    fonts = record(FONT, struct.pack("<HH", 200, 0)) + record(FONT, struct.pack("<HH", 200, 8))
    formats = [record(BEGIN_FORMATS, struct.pack("<I", len(codes)))]
    formats += (
        record(FORMAT, struct.pack("<H", 164 + number) + wide(code))
        for number, code in enumerate(codes)
    )
    used = [(0, 0), (0, 1), *((164 + number, 0) for number in range(len(codes)))]
    looks = (record(STYLE, struct.pack("<HHH", 0, *each) + bytes(10)) for each in used)
    begin = record(BEGIN_STYLES, struct.pack("<I", len(used)))
    return fonts + b"".join(formats) + begin + b"".join(looks) + record(END_STYLES)


def _comments(comments: Mapping[tuple[int, int], str]) -> bytes:
    part = record(AUTHOR, wide("Ann"))
    for (row, column), text in comments.items():
        place = struct.pack("<IIIII", 0, row, row, column, column)
        part += record(BEGIN_COMMENT, place + bytes(16)) + record(COMMENT_TEXT, b"\0" + wide(text))
    return part


def record(kind: int, body: bytes = b"") -> bytes:
    """Return a record: its kind in one or two bytes, its size in groups of seven bits, its body."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, left = b"", len(body)
    while left >= 0x80:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    return head + size + bytes([left]) + body


def wide(text: str) -> bytes:
    """Return a text with its length before it."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, value: str | float, style: int) -> bytes:
    """Return a cell with a text or a number."""
    place = struct.pack("<II", column, style)
    if isinstance(value, str):
        return record(TEXT, place + wide(value))
    return record(REAL, place + struct.pack("<d", value))
