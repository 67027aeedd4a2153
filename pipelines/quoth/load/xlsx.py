"""XLSX: a sheet is a page, a row is a line; values as last computed, never formulas."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive
from quoth.load.clean import clean
from quoth.load.contract import LoadOptions
from quoth.load.tables import table_lines
from quoth.types import Document, Heading, Page

_BARE_FORMULA = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


def load_xlsx(path: Path, options: LoadOptions) -> Document:
    """Return an XLSX file: the sheet's name, then its rows with cells separated by ` | `.

    In long tables the names of the columns are said again. Hidden sheets are read as well. A
    formula whose value was never computed and stored is counted in `notes`.
    """
    # Opening it as an archive first refuses bombs before openpyxl unpacks anything.
    with Archive(path, options.limits) as archive:
        sheets = [name for name in archive.names() if name.startswith("xl/worksheets/")]
        bare = sum(len(_BARE_FORMULA.findall(archive.read(n))) for n in sheets if n[-4:] == ".xml")
    notes = (f"{bare} formula(s) without a stored value were not read.",) if bare else ()
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension it does not know
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                pages = list(_pages(book))
                title = str(book.properties.title or "")
            finally:
                book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, ParseError) as error:
        raise CorruptDocumentError(f"{path.name} is a damaged XLSX file: {error}.") from error
    unreadable = tuple(page.number for page in pages if not page.text)
    return Document(str(path), title or path.stem, "xlsx", tuple(pages), unreadable, notes)


def _pages(book: Any) -> Iterator[Page]:
    for number, sheet in enumerate(book.worksheets, 1):
        sheet.reset_dimensions()  # the declared size is often wrong, and rows would be cut by it
        lines = table_lines(_rows(sheet))
        name = " ".join(clean(sheet.title).split())
        if lines:
            text = "\n".join([name, *lines])
            yield Page(number, text, name, (Heading(0, 1, name),))
        else:
            yield Page(number, "", name)


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    """Return a cell as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)
