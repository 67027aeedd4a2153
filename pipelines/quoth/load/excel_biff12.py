"""How an XLSB ([MS-XLSB]) shows its cells: number formats, hidden rows and columns, comments."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator

from quoth.load.archive import Archive
from quoth.load.clean import one_line
from quoth.load.excel_biff import rk_value
from quoth.load.excel_sheet import SheetParts, cell_name
from quoth.load.excel_styles import CellStyles, cell_styles
from quoth.load.ooxml import relations

BOOK = "xl/workbook.bin"
_STYLES = "xl/styles.bin"
_ROW, _RK, _REAL, _FORMULA, _COLUMNS = 0, 2, 5, 9, 60
_SHEET, _BOOK_PROPERTIES, _FILTER = 156, 153, 161
_FONT, _FORMAT, _XF, _BEGIN_STYLES, _END_STYLES = 43, 44, 47, 617, 618
_CELLS = range(1, 12)
_AUTHOR, _BEGIN_COMMENT, _COMMENT_TEXT = 632, 635, 637
_HIDDEN_ROW, _HIDDEN_COLUMN, _STRUCK = 0x10, 0x01, 0x08
_MOST_COLUMNS = 16_384


def sheet_names(archive: Archive) -> dict[str, str]:
    """Return the part of each sheet by its title."""
    related = relations(archive, BOOK)
    names = {}
    for kind, body in _records(archive.read(BOOK)):
        if kind == _SHEET:
            identity, end = _text(body, 8)
            names[_text(body, end)[0]] = related.get(identity, ("", ""))[1]
    return names


def read_styles(archive: Archive) -> CellStyles:
    """Return the styles of a workbook's cells."""
    codes: dict[int, str] = {}
    used: list[tuple[int, int]] = []
    fonts: list[bool] = []
    is_among_cells = False
    for kind, body in _records(archive.read(_STYLES) if _STYLES in archive else b""):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            is_among_cells = kind == _BEGIN_STYLES
        elif kind == _XF and is_among_cells:
            used.append(struct.unpack_from("<HH", body, 2))
        elif kind == _FONT:
            fonts.append(bool(body[2] & _STRUCK))
    properties = (body for kind, body in _records(archive.read(BOOK)) if kind == _BOOK_PROPERTIES)
    struck = (font < len(fonts) and fonts[font] for _, font in used)
    return cell_styles(
        codes,
        [code for code, _ in used],
        struck=frozenset(number for number, is_struck in enumerate(struck) if is_struck),
        is_1904=bool(next(properties, b"\0")[0] & 1),
    )


def read_sheet(content: bytes, styles: CellStyles, unread: Counter[str]) -> SheetParts:
    """Return what is known of a sheet by rows and columns; `unread` counts struck-out cells."""
    parts = SheetParts()
    rows: set[int] = set()
    columns: set[int] = set()
    row, is_filtered = 0, False
    for kind, body in _records(content):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
            if body[11] & _HIDDEN_ROW:
                rows.add(row)
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", body)
            style &= 0xFFFFFF
            if style in styles.struck:
                unread["struck-out cell"] += 1
                parts.texts.setdefault(row, {})[column] = ""
            elif style in styles.formats and kind in (_RK, _REAL, _FORMULA):
                text = styles.show_number(style, _value(kind, body))
                if text is not None:
                    parts.texts.setdefault(row, {})[column] = text
        elif kind == _COLUMNS and body[16] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<II", body)
            columns.update(range(first, min(last + 1, _MOST_COLUMNS)))
        is_filtered = is_filtered or kind == _FILTER
    parts.hidden_rows = frozenset() if is_filtered else frozenset(rows)
    parts.hidden_columns = frozenset(columns)
    return parts


def read_comments(content: bytes) -> Iterator[str]:
    """Yield the comments of a sheet as `B3: Ann: text`."""
    authors: list[str] = []
    author, place = "", ""
    for kind, body in _records(content):
        if kind == _AUTHOR:
            authors.append(_text(body, 0)[0])
        elif kind == _BEGIN_COMMENT:
            number, row, _, column = struct.unpack_from("<IIII", body)
            author, place = authors[number] if number < len(authors) else "", cell_name(row, column)
        elif kind == _COMMENT_TEXT:
            text = one_line(_text(body, 1)[0]).removeprefix(f"{author}:").strip()
            yield ": ".join(filter(None, (place, author, text)))


def _value(kind: int, body: bytes) -> float:
    if kind == _RK:
        return rk_value(struct.unpack_from("<I", body, 8)[0])
    return float(struct.unpack_from("<d", body, 8)[0])


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return the text at a place, with its number of characters before it, and where it ends."""
    count = struct.unpack_from("<I", body, at)[0]
    end = at + 4 + 2 * count
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the body of each record.

    A kind takes one or two bytes, and a size takes up to four with seven bits each.
    """
    at = 0
    while at < len(part):
        kind = part[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (part[at] & 0x7F) << 7
            at += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = part[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, part[at : at + size]
        at += size
