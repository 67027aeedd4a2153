"""Excel workbooks: a sheet is a page, a row is a line; values as last computed, never formulas."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.archive import Archive, local_name
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.tables import table_lines
from quoth.types import Document, Heading, Page

_BARE_FORMULA = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_ERROR = re.compile(rb"""<c\s[^>]*\bt=["']e["']""")


def load_xlsx(path: Path, options: LoadOptions) -> Document:
    """Return an XLSX or XLSB file: each sheet's name, then its rows with cells separated by ` | `.

    Long tables repeat their header row. Hidden sheets are read as well. `notes` counts formulas
    without a stored value and cells that hold an error.
    """
    # Opened as an archive first, which refuses zip bombs before anything is unpacked.
    with Archive(path, options.limits) as archive:
        sheets = [
            archive.read(name)
            for name in archive.names()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        ]
        bare = sum(len(_BARE_FORMULA.findall(sheet)) for sheet in sheets)
        failed = sum(len(_ERROR.findall(sheet)) for sheet in sheets)
        title = _title(archive)
    notes = tuple(
        f"{number} {what}."
        for number, what in (
            (bare, "formula(s) without a stored value were not read"),
            (failed, "cell(s) hold an error in place of a value"),
        )
        if number
    )
    return _document(path, "xlsx", title, notes)


def load_xls(path: Path, options: LoadOptions) -> Document:
    """Return an XLS file, as Excel wrote it before 2007, in the same form."""
    return _document(path, "xls", "", ())


def _title(archive: Archive) -> str:
    if "docProps/core.xml" not in archive:
        return ""
    properties = archive.xml("docProps/core.xml")
    return next((one_line(e.text or "") for e in properties.iter() if local_name(e) == "title"), "")


def _document(path: Path, kind: str, title: str, notes: tuple[str, ...]) -> Document:
    try:
        with calamine.load_workbook(path) as book:
            pages = tuple(_pages(book))
    except calamine.PasswordError as error:
        raise NeedsPasswordError(
            f"{path.name} is encrypted.",
            hint="Save a copy without a password; encrypted office files are not read.",
        ) from error
    except (calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise CorruptDocumentError(
            f"{path.name} is a damaged {kind.upper()} file: {error}."
        ) from error
    unreadable = tuple(page.number for page in pages if not page.text)
    return Document(str(path), title or path.stem, kind, pages, unreadable, notes)


def _pages(book: calamine.CalamineWorkbook) -> Iterator[Page]:
    worksheets = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    for number, title in enumerate(worksheets, 1):
        sheet = book.get_sheet_by_name(title)
        lines = table_lines(_rows(sheet))
        name = " ".join(clean(title).split())
        if lines:
            text = "\n".join([name, *lines])
            yield Page(number, text, name, (Heading(0, 1, name),))
        else:
            yield Page(number, "", name)


def _rows(sheet: calamine.CalamineSheet) -> Iterator[list[str]]:
    first_column = sheet.start[1] if sheet.start else 0
    for row in sheet.iter_rows():
        yield [""] * first_column + [_cell(value) for value in row]


def _cell(value: object) -> str:
    """Return a cell as a person would write it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)
