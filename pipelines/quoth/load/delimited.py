"""Tables as text with a separator between the cells: CSV and its kin."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from itertools import islice
from pathlib import Path

from quoth.errors import CorruptDocumentError
from quoth.load.clean import clean
from quoth.load.contract import LoadOptions
from quoth.load.opaque import without_encoded
from quoth.load.tables import table_lines
from quoth.load.text import read_text
from quoth.types import Document, Page

_SEPARATOR_LINE = re.compile(r"\A\"?sep=(.)\"?\n")
_DOUBLED = re.compile(r'[^\\,;\t|\n]""')  # a quotation mark as RFC 4180 has it inside a cell
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_SEPARATORS = ",;\t|"
_COMPARED = 200  # records
_SAMPLE = 64 * 1024
_CELL_LIMIT = 16 * 1024 * 1024


def load_table(path: Path, options: LoadOptions) -> Document:
    """Return a CSV or TSV file, a line for each row; rows of a long table name its columns."""
    kind = "tsv" if path.suffix.lower() in (".tsv", ".tab") else "csv"
    unread: Counter[str] = Counter()
    text = without_encoded(clean(read_text(path)), unread)
    try:
        rows = read_rows(text, separator="\t" if kind == "tsv" else "")
    except csv.Error as error:
        raise CorruptDocumentError(f"{path.name} is not a table: {error}.") from error
    page = Page(1, "\n".join(table_lines(rows)))
    return Document(str(path), path.stem, kind, (page,), unread=unread)


def read_rows(text: str, *, separator: str = "") -> list[list[str]]:
    """Return the rows of cells in a text; the separator is the one that fits, unless it is given.

    A quoted cell may have line ends. Where a quotation mark never ends (`"3 pipe`), each line is a
    row.
    """
    csv.field_size_limit(_CELL_LIMIT)
    declared = _SEPARATOR_LINE.match(text)
    if declared:
        text, separator = text[declared.end() :], declared[1]
    separator = separator or _find_separator(text)
    return _parse(text, separator)


def _parse(text: str, separator: str) -> list[list[str]]:
    lines = text.splitlines(keepends=True)
    escape = "\\" if '\\"' in text and not _DOUBLED.search(text) else None
    spaced = f'{separator} "' in text  # an opening quotation mark behind a space
    rows = csv.reader(lines, delimiter=separator, escapechar=escape, skipinitialspace=spaced)
    parsed = list(rows)
    if parsed and _is_unclosed(parsed[-1], lines):
        return [_parse_line(line, separator) for line in lines]
    return parsed


def _is_unclosed(row: list[str], lines: list[str]) -> bool:
    """Whether the last row has lines of the file in its last cell, and no mark at their end."""
    return bool(row) and "\n" in row[-1] and not lines[-1].rstrip().endswith('"')


def _parse_line(line: str, separator: str) -> list[str]:
    """Return the cells of a line; where one quotation mark is open, no cell is quoted."""
    if line.count('"') % 2:
        return next(csv.reader([line], delimiter=separator, quoting=csv.QUOTE_NONE), [])
    return next(csv.reader([line], delimiter=separator), [])


def _find_separator(text: str) -> str:
    """Return the separator by which most records have the same number of cells, and the more cells.

    A comma that is only ever inside numbers separates nothing, if another sign does.
    """
    evenness = {sign: _evenness(text[:_SAMPLE], sign) for sign in _SEPARATORS}
    if "," not in _DECIMAL.sub("", text[:_SAMPLE]) and any(map(evenness.get, ";\t|")):
        del evenness[","]
    return max(evenness, key=lambda sign: evenness[sign])


def _evenness(text: str, separator: str) -> float:
    """Return how likely a separator is: 0 for one that separates nothing."""
    try:
        records = csv.reader(text.splitlines(keepends=True), delimiter=separator)
        widths = Counter(len(record) for record in islice(records, _COMPARED) if any(record))
    except csv.Error:
        return 0.0
    width, count = max(widths.items(), key=lambda each: (each[1], each[0]), default=(1, 0))
    return count / max(widths.total(), 1) * math.log(width)
