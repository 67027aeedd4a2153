"""Excel workbooks: a sheet is a page, a row is a line; values as they are shown, never formulas."""

from __future__ import annotations

import datetime
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import python_calamine as calamine

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.archive import Archive
from quoth.load.clean import clean
from quoth.load.contract import LoadOptions
from quoth.load.excel_biff import read_sheets
from quoth.load.excel_parts import BookParts
from quoth.load.excel_sheet import SheetParts
from quoth.load.number_format import format_general
from quoth.load.ooxml import document_title
from quoth.load.tables import table_lines
from quoth.types import Document, Heading, Page

_BROKEN = (ValueError, IndexError, struct.error)
_HALF_SECOND = datetime.timedelta(milliseconds=500)
_Merges = Mapping[int, Mapping[int, tuple[int, int]]]
"""For each row and column of a merged cell, the row and the column of its value."""


def load_xlsx(path: Path, options: LoadOptions) -> Document:
    """Return an XLSX or XLSB file: each sheet's name, then its rows with cells separated by ` | `.

    Charts, text boxes and comments come below the rows. What is hidden or struck out is left out,
    except rows that a filter hides. `unread` counts it, pictures, and formulas without a stored
    value. `notes` counts cells that hold an error.
    """
    # Opened as an archive first, which refuses zip bombs before anything is unpacked.
    with Archive(path, options.limits) as archive:
        try:
            parts = BookParts(archive)
        except _BROKEN as error:
            raise CorruptDocumentError(f"{path.name} is a damaged workbook: {error}.") from error
        title = document_title(archive)
        pages = _read_book(path, "xlsx", parts.unread, parts.read)
    notes = parts.notes
    if parts.errors:
        notes.append(f"{parts.errors} cell(s) hold an error in place of a value.")
    return _document(path, "xlsx", title, pages, notes=tuple(notes), unread=parts.unread)


def load_xls(path: Path, options: LoadOptions) -> Document:
    """Return an XLS file, as Excel wrote it before 2007, in the same form.

    Of files from before Excel 97, only the values are read.
    """
    unread: Counter[str] = Counter()
    notes: tuple[str, ...] = ()
    known: Mapping[str, SheetParts] = {}
    try:
        known = read_sheets(path.read_bytes(), unread)
    except _BROKEN as error:
        notes = (f"The formats of numbers are broken and were not read: {error}.",)
    pages = _read_book(path, "xls", unread, lambda name: known.get(name, SheetParts()))
    return _document(path, "xls", "", pages, notes=notes, unread=unread)


def _document(
    path: Path,
    kind: str,
    title: str,
    pages: tuple[Page, ...],
    *,
    notes: tuple[str, ...],
    unread: Mapping[str, int],
) -> Document:
    unreadable = tuple(page.number for page in pages if not page.text)
    counts = {what: count for what, count in unread.items() if count}
    return Document(str(path), title or path.stem, kind, pages, unreadable, notes, unread=counts)


def _read_book(
    path: Path, kind: str, unread: Counter[str], read_parts: Callable[[str], SheetParts]
) -> tuple[Page, ...]:
    try:
        with calamine.load_workbook(path) as book:
            return tuple(_pages(book, read_parts, unread))
    except calamine.PasswordError as error:
        raise NeedsPasswordError(
            f"{path.name} is encrypted.",
            hint="Save a copy without a password; encrypted office files are not read.",
        ) from error
    except (calamine.CalamineError, zipfile.BadZipFile, *_BROKEN) as error:
        raise CorruptDocumentError(
            f"{path.name} is a damaged {kind.upper()} file: {error}."
        ) from error
    except BaseException as error:  # a panic of the library, which is written in Rust
        if type(error).__name__ != "PanicException":
            raise
        raise CorruptDocumentError(f"{path.name} is a damaged {kind.upper()} file.") from error


def _pages(
    book: calamine.CalamineWorkbook,
    read_parts: Callable[[str], SheetParts],
    unread: Counter[str],
) -> Iterator[Page]:
    number = 0
    for sheet in book.sheets_metadata:
        is_chart = sheet.typ == calamine.SheetTypeEnum.ChartSheet
        if not is_chart and sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            unread["hidden sheet"] += 1
            continue
        known = read_parts(sheet.name)
        lines = (
            []
            if is_chart
            else table_lines(_rows(book.get_sheet_by_name(sheet.name), known, unread))
        )
        name = " ".join(clean(sheet.name).split())
        if is_chart and not known.lines:
            continue
        number += 1
        blocks = ["\n".join([name, *lines])] if lines or known.lines else []
        text = "\n\n".join([*blocks, *known.lines])
        yield Page(number, text, name, (Heading(0, 1, name),) if text else ())


def _rows(
    sheet: calamine.CalamineSheet, known: SheetParts, unread: Counter[str]
) -> Iterator[list[str | None]]:
    """Yield the rows of a sheet without hidden ones, each cell in its column."""
    first_row, first_column = sheet.start or (0, 0)
    merges = _merges(sheet)
    plain: dict[int, list[str | None]] = {}
    hidden_columns: set[int] = set()
    for number, values in enumerate(sheet.iter_rows(), first_row):
        shown = known.texts.get(number, {})
        row: list[str | None] = [""] * first_column
        for column, value in enumerate(values, first_column):
            text = shown.get(column)
            row.append(_cell(value) if text is None else text)
        if number in merges:
            plain[number] = row
            row = _with_merged(row, merges[number], plain)
        if number in known.hidden_rows:
            unread["hidden row"] += any(row)
            continue
        if known.hidden_columns:
            hidden_columns |= {c for c in known.hidden_columns if c < len(row) and row[c]}
            row = [cell for c, cell in enumerate(row) if c not in known.hidden_columns]
        yield row
    unread["hidden column"] += len(hidden_columns)


def _merges(sheet: calamine.CalamineSheet) -> _Merges:
    merges: dict[int, dict[int, tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        end_row, end_column = sheet.end or (0, 0)
        for row in range(top, min(bottom, end_row) + 1):
            for column in range(left, min(right, end_column) + 1):
                merges.setdefault(row, {})[column] = top, left
    return merges


def _with_merged(
    row: Sequence[str | None],
    merged: Mapping[int, tuple[int, int]],
    plain: Mapping[int, list[str | None]],
) -> list[str | None]:
    """Return a row in which a merged cell says its value again, and holds its other columns."""
    said = list(row)
    for column, (top, left) in merged.items():
        if column < len(said):
            said[column] = plain[top][left] if column == left and top in plain else None
    return said


def _cell(value: object) -> str:
    """Return a cell without a format as a person would write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format_general(value)
    if isinstance(value, datetime.datetime):
        value = (value + _HALF_SECOND).replace(microsecond=0)
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return str(value)
