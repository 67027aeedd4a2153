"""Writes a workbook in the form of Excel 97 to 2003 ([MS-XLS]), as no kept package does."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

_SECTOR = 512
_LEAST = 4096  # smaller streams are stored in another way
_END, _TABLE, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def write_xls(
    path: Path,
    name: str,
    rows: Sequence[Sequence[str | float]],
    *,
    codes: Mapping[tuple[int, int], str] | None = None,
    struck: Collection[tuple[int, int]] = (),
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    comments: Mapping[tuple[int, int], str] | None = None,
    below: bytes = b"",
) -> Path:
    """Write one sheet with these rows; `codes` are formats of numbers by row and column.

    `comments` are those of Ann, by row and column; `below` are records after the cells.
    """
    codes = codes or {}
    numbers = {code: 164 + number for number, code in enumerate(dict.fromkeys(codes.values()))}
    styles = {place: 2 + number for number, place in enumerate(codes)}
    formats = b"".join(
        record(0x41E, struct.pack("<H", number) + _wide(code)) for code, number in numbers.items()
    )
    used = [(0, 0), (1, 0), *((0, numbers[code]) for code in codes.values())]
    fonts = record(0x31, struct.pack("<HH", 200, 0) + bytes(12))
    fonts += record(0x31, struct.pack("<HH", 200, 8) + bytes(12))
    looks = b"".join(record(0xE0, struct.pack("<HH", *each) + bytes(16)) for each in used)
    title = bytes([len(name), 0]) + name.encode("latin-1")
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + fonts + formats + looks
    at = len(start) + 4 + 6 + len(title) + 4
    book = start + record(0x85, struct.pack("<IBB", at, 0, 0) + title) + record(0x0A)
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    book += record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + record(0x200, size)
    for column in hidden_columns:
        book += record(0x7D, struct.pack("<HHHHHH", column, column, 0, 0, 1, 0))
    for row in hidden_rows:
        book += record(0x208, struct.pack("<HHHHHHI", row, 0, 9, 0, 0, 0, 0x20))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            style = 1 if (row, column) in struck else styles.get((row, column), 0)
            place = struct.pack("<HHH", row, column, style)
            if isinstance(value, str):
                book += record(0x204, place + _wide(value))
            else:
                book += record(0x203, place + struct.pack("<d", value))
    notes = b""
    for number, ((row, column), text) in enumerate((comments or {}).items(), 1):
        book += text_over_cells(number, 0x19, text)
        notes += record(0x1C, struct.pack("<HHHH", row, column, 0, number) + _wide("Ann") + b"\0")
    path.write_bytes(_compound("Workbook", book + below + notes + record(0x0A)))
    return path


def record(kind: int, body: bytes = b"") -> bytes:
    """Return a record of a workbook."""
    return struct.pack("<HH", kind, len(body)) + body


def text_over_cells(number: int, kind: int, text: str) -> bytes:
    """Return the records of a text box (`kind` 6) or a comment (25), its text in two pieces."""
    common = struct.pack("<HHHHH", 0x15, 0x12, kind, number, 0) + bytes(12)
    head = struct.pack("<HH6xHHHI", 0, 0, len(text), 16, 0, 0)
    pieces = (b"\1" + text[:3].encode("utf-16-le"), b"\1" + text[3:].encode("utf-16-le"))
    continued = b"".join(record(0x3C, piece) for piece in (*pieces, bytes(16)))
    return record(0x5D, common) + record(0x1B6, head) + continued


def chart(title: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[float]]]) -> bytes:
    """Return the records of a chart with a title, its series, and rows of its values."""
    found = record(0x5D, struct.pack("<HHHHH", 0x15, 0x12, 5, 99, 0) + bytes(12))
    found += record(0x809, struct.pack("<HHHHII", 0x600, 0x20, 0, 0, 0, 0))
    for name in names:
        found += record(0x1003, bytes(12)) + _series_text(name)
    found += record(0x1025, bytes(32)) + _series_text(title)
    found += record(0x1065, struct.pack("<H", 1))
    for point, (_, values) in enumerate(rows):
        for series, value in enumerate(values):
            found += record(0x203, struct.pack("<HHHd", point, series, 0, value))
    found += record(0x1065, struct.pack("<H", 2))
    for point, (category, _) in enumerate(rows):
        found += record(0x204, struct.pack("<HHH", point, 0, 0) + _wide(category))
    return found + record(0x0A)


def _series_text(text: str) -> bytes:
    return record(0x100D, bytes([0, 0, len(text), 1]) + text.encode("utf-16-le"))


def _wide(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _compound(name: str, stream: bytes) -> bytes:
    """Return a compound file ([MS-CFB]) with one stream: a table, a folder, and the stream."""
    stream = stream.ljust(_LEAST, b"\0")
    count = -(-len(stream) // _SECTOR)
    following = [_TABLE, _END, *range(3, count + 2), _END]
    following += [_NONE] * (_SECTOR // 4 - len(following))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _LEAST, _END, 0, _END, 0)
    head += struct.pack("<109I", 0, *[_NONE] * 108)
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _NONE, 2, len(stream))
    body = stream.ljust(count * _SECTOR, b"\0")
    return head + struct.pack("<128I", *following) + folder.ljust(_SECTOR, b"\0") + body


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le")
    head = letters.ljust(64, b"\0") + struct.pack("<HBB", len(letters) + 2, kind, 1)
    return (
        head
        + struct.pack("<III", _NONE, _NONE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
