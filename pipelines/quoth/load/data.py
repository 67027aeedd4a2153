"""Tables and records: CSV, TSV, JSON, JSON lines and XML."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import local_name, parse_xml
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.html import decode_html
from quoth.load.tables import table_lines
from quoth.load.text import read_text
from quoth.types import Document, Page

_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_EXCEL_HINT = re.compile(r"\Asep=.\n")
_CELL_LIMIT = 16 * 1024 * 1024


def load_table(path: Path, options: LoadOptions) -> Document:
    """Return a CSV or TSV file, one line per row; long tables repeat the header row."""
    text = _EXCEL_HINT.sub("", clean(read_text(path)))
    kind = "tsv" if path.suffix.lower() in (".tsv", ".tab") else "csv"
    csv.field_size_limit(_CELL_LIMIT)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text, kind)))
    except csv.Error as error:
        raise CorruptDocumentError(f"{path.name} is not a table: {error}.") from error
    return _one_page(path, kind, "\n".join(table_lines(rows)))


def _delimiter(text: str, kind: str) -> str:
    """Return the delimiter that splits the first lines most evenly."""
    if kind == "tsv":
        return "\t"
    lines = [line for line in text[:20_000].split("\n")[:20] if line.strip()]
    counts = {sign: [line.count(sign) for line in lines] for sign in ",;\t|"}
    fewest = {
        sign: min(per_line) for sign, per_line in counts.items() if per_line and min(per_line) > 0
    }
    if not fewest:
        return ","
    return max(fewest, key=lambda sign: (fewest[sign], sign == ","))


def load_json(path: Path, options: LoadOptions) -> Document:
    """Return JSON as indented `key: value` lines, in the order of the file."""
    text = read_text(path)
    notes: tuple[str, ...] = ()
    try:
        lines = list(_value_lines(_parse(text), 0))
    except json.JSONDecodeError as error:
        lines, notes = [text], (f"It is not valid JSON ({error}); it was read as text.",)
    return _one_page(path, "json", clean("\n".join(lines)), notes)


def load_json_lines(path: Path, options: LoadOptions) -> Document:
    """Return JSON lines as blocks of `key: value` lines, one block per record."""
    blocks, broken = [], []
    # Not splitlines: it also splits at U+2028, which may occur in a JSON string.
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            blocks.append("\n".join(_value_lines(_parse(line), 0)))
        except json.JSONDecodeError:
            blocks.append(line)
            broken.append(number)
    notes: tuple[str, ...] = ()
    if broken:
        first = ", ".join(map(str, broken[:5]))
        notes = (f"{len(broken)} line(s) are not valid JSON and were read as text: {first}.",)
    return _one_page(path, "jsonl", clean("\n\n".join(blocks)), notes)


def _parse(text: str) -> object:
    """Parse JSON with numbers as they are written."""
    value: object = json.loads(text.lstrip("\ufeff"), parse_float=str, parse_int=str)
    return value


def _value_lines(value: object, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                yield f"{indent}{key}:"
                yield from _value_lines(inner, depth + 1)
            else:
                yield f"{indent}{key}: {_scalar(inner)}"
    elif isinstance(value, list):
        if all(not isinstance(inner, dict | list) for inner in value):
            yield from (f"{indent}- {_scalar(inner)}" for inner in value)
        else:
            for inner in value:
                yield f"{indent}-"
                yield from _value_lines(inner, depth + 1)
    else:
        yield f"{indent}{_scalar(value)}"


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def load_xml(path: Path, options: LoadOptions) -> Document:
    """Return the text of an XML file, one line per element with text."""
    text = decode_html(path.read_bytes(), path.name).lstrip("\ufeff \t\r\n")
    notes: tuple[str, ...] = ()
    try:
        # The declaration may name an encoding that the bytes do not have.
        content = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
        lines = list(_element_lines(parse_xml(content, path.name)))
    except CorruptDocumentError as error:
        lines = [text]
        notes = (f"{error} It was read as plain text.",)
    return _one_page(path, "xml", clean("\n".join(lines)), notes)


def _element_lines(root: Element) -> Iterator[str]:
    stack: list[Element | str] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
            continue
        if any((child.tail or "").strip() for child in item):  # mixed content is one paragraph
            yield one_line("".join(item.itertext()))
            continue
        text = one_line(item.text or "") if local_name(item) else ""
        if text:
            yield text
        stack.extend(reversed(item))


def _one_page(path: Path, kind: str, text: str, notes: tuple[str, ...] = ()) -> Document:
    return Document(str(path), path.stem, kind, (Page(1, text),), notes=notes)
