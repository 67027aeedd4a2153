"""Tags in files beside the documents: `lease.pdf.meta.yaml` for one, `NAME.meta.csv` for many."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from quoth.errors import DocumentError
from quoth.system import parse_yaml, read_text_file
from quoth.types import Tags, TagValue

SIDE_FILE = ".meta.yaml"
"""The ending of a file with the tags of the document whose name stands before it."""
SIDE_TABLE = ".meta.csv"
"""The ending of a table with the tags of documents in its folder, in a row each."""
NAME_COLUMN = "document"
"""The first column of such a table: the path of a document from the folder of the table."""


def tagged_by(path: Path) -> str:
    """Return what a file holds the tags of, for its line in a report; empty for any other file."""
    name = path.name
    if name.endswith(SIDE_FILE):
        document = path.with_name(name.removesuffix(SIDE_FILE))
        return document.name if document.name != name and document.is_file() else ""
    if name.endswith(SIDE_TABLE) and next(iter(_rows_or_nothing(path)), [""])[0] == NAME_COLUMN:
        return "documents in its folder"
    return ""


def read_side_file(path: Path) -> dict[Path, Tags]:
    """Return the tags that a side file or a side table holds, by the path of the document.

    Raises `DocumentError` with a sentence for a file that cannot be read as one.
    """
    if path.name.endswith(SIDE_TABLE):
        return _read_table(path)
    return {path.with_name(path.name.removesuffix(SIDE_FILE)): _read_yaml(path)}


def read_tags_beside(document: Path) -> Tags:
    """Return the tags that files beside a document hold of it. Raises `DocumentError`."""
    tags: dict[str, TagValue] = {}
    for table in sorted(document.parent.glob(f"*{SIDE_TABLE}")):
        if tagged_by(table):
            tags |= _read_table(table).get(document, {})
    side = document.with_name(document.name + SIDE_FILE)
    return {**tags, **_read_yaml(side)} if side.is_file() else tags


def _read_yaml(path: Path) -> Tags:
    try:
        values = parse_yaml(_read_text(path))
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"The tags in {path.name} are not YAML.") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DocumentError(f"The tags in {path.name} are not lines of `key: value`.")
    return {str(key): _plain(value, f"{path.name}: {key}") for key, value in values.items()}


def _plain(value: object, place: str) -> TagValue:
    """Return the value of a tag. Raises `DocumentError` for one that holds others by name."""
    if value is None:
        return ""
    if (single := _single(value)) is not None:
        return single
    if isinstance(value, list):
        values = [each for each in map(_single, value) if each is not None]
        if len(values) == len(value):
            return values
    raise DocumentError(f"The tag {place} is neither a plain value nor a list of such values.")


def _single(value: object) -> str | int | float | bool | None:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else None


def _read_table(path: Path) -> dict[Path, Tags]:
    rows = iter(_rows(path))
    head = next(rows, [])
    tags: dict[Path, Tags] = {}
    for row in rows:
        if row and row[0]:
            cells = zip(head[1:], row[1:], strict=False)
            tags[path.parent / row[0]] = {key: value for key, value in cells if key and value}
    return tags


def _rows_or_nothing(path: Path) -> Iterable[list[str]]:
    try:
        return list(_rows(path))[:1]
    except DocumentError:
        return ()


def _rows(path: Path) -> Iterator[list[str]]:
    text = _read_text(path)
    try:
        dialect = csv.Sniffer().sniff(text[:4096], ",;\t") if text else csv.excel
    except csv.Error:
        dialect = csv.excel
    try:
        for row in csv.reader(text.splitlines(), dialect):
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise DocumentError(f"The tags in {path.name} are not a table: {error}.") from error


def _read_text(path: Path) -> str:
    try:
        if not path.is_file():
            raise DocumentError(f"{path.name} is not a file.")
        return read_text_file(path)
    except OSError as error:
        raise DocumentError(f"The tags in {path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"The tags in {path.name} are not UTF-8.") from error
