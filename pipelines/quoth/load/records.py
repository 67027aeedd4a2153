"""Records: JSON and JSON lines as indented `key: value` lines, under the names above them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from quoth.load.clean import clean
from quoth.load.contract import LoadOptions
from quoth.load.notebook import is_notebook, notebook_document
from quoth.load.opaque import without_encoded
from quoth.load.record_tables import record_lines
from quoth.load.text import read_text
from quoth.types import Document, Heading, Page

_HEADED = 400  # characters below a name that may be cut into chunks
_DEEPEST_HEADING = 6
_MORE_BEHIND = "Extra data"
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a record; `name` is that of the values below it, if there are any."""

    depth: int
    text: str
    name: str = ""


def load_json(path: Path, options: LoadOptions) -> Document:
    """Return JSON as indented `key: value` lines, in the order of the file.

    The names above long values are headings. A notebook is read as its cells.
    """
    text = read_text(path)
    unread: Counter[str] = Counter()
    try:
        value = _parse(text)
    except json.JSONDecodeError as error:
        if error.msg == _MORE_BEHIND and (values := _values(text)):
            blocks = ("\n".join(line.text for line in _lines(each, 0, unread)) for each in values)
            page = Page(1, "\n\n".join(blocks))
            return Document(str(path), path.stem, "json", (page,), unread=unread)
        note = f"It is not valid JSON ({error}); it was read as text."
        return _as_text(path, text, note)
    except RecursionError:
        return _as_text(path, text, "Its JSON is nested too deeply; it was read as text.")
    if is_notebook(value):
        with suppress(AttributeError, LookupError, TypeError, ValueError):  # it only claims to be
            return notebook_document(path, value)
    page = _page(list(_lines(value, 0, unread)))
    return Document(str(path), path.stem, "json", (page,), unread=unread)


def _as_text(path: Path, text: str, note: str) -> Document:
    unread: Counter[str] = Counter()
    page = Page(1, without_encoded(clean(text), unread))
    return Document(str(path), path.stem, "json", (page,), notes=(note,), unread=unread)


def load_json_lines(path: Path, options: LoadOptions) -> Document:
    """Return JSON lines as blocks of `key: value` lines, one block per record."""
    blocks, broken = [], []
    unread: Counter[str] = Counter()
    # Not splitlines: it also splits at U+2028, which may occur in a JSON string.
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            blocks.append("\n".join(each.text for each in _lines(_parse(line), 0, unread)))
        except (json.JSONDecodeError, RecursionError):
            blocks.append(without_encoded(clean(line), unread))
            broken.append(number)
    notes: tuple[str, ...] = ()
    if broken:
        first = ", ".join(map(str, broken[:5]))
        notes = (f"{len(broken)} line(s) are not valid JSON and were read as text: {first}.",)
    page = Page(1, "\n\n".join(blocks))
    return Document(str(path), path.stem, "jsonl", (page,), notes=notes, unread=unread)


def _parse(text: str) -> object:
    """Parse JSON with numbers as they are written."""
    value: object = json.loads(text.lstrip("\ufeff"), parse_float=str, parse_int=str)
    return value


def _values(text: str) -> list[object]:
    """Return values of JSON that stand behind one another, none if one is broken."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)
    values: list[object] = []
    rest = text.lstrip("\ufeff \t\r\n")
    at = 0
    while at < len(rest):
        try:
            value, at = decoder.raw_decode(rest, at)
        except (json.JSONDecodeError, RecursionError):
            return []
        values.append(value)
        space = _SPACE.match(rest, at)
        at = space.end() if space else at
    return values


def _page(lines: list[_Line]) -> Page:
    """Return the lines as a page, with a heading for each name of a long value."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.text) + 1)
    headings: list[Heading] = []
    open_names: list[int] = []
    for number in range(len(lines) + 1):
        depth = lines[number].depth if number < len(lines) else 0
        while open_names and lines[open_names[-1]].depth >= depth:
            opened = open_names.pop()
            if starts[number] - starts[opened] > _HEADED:
                name = lines[opened]
                start = starts[opened] + 2 * name.depth
                headings.append(Heading(start, min(name.depth + 1, _DEEPEST_HEADING), name.name))
        if number < len(lines) and lines[number].name:
            open_names.append(number)
    headings.sort(key=lambda heading: heading.start)
    return Page(1, "\n".join(line.text for line in lines), None, tuple(headings))


def _lines(value: object, depth: int, unread: Counter[str]) -> Iterator[_Line]:
    indent = "  " * depth
    if isinstance(value, dict):
        for key, inner in value.items():
            name = clean(key).strip()
            if isinstance(inner, dict | list):
                yield _Line(depth, f"{indent}{name}:", name)
                yield from _lines(inner, depth + 1, unread)
            else:
                yield _Line(depth, f"{indent}{name}: {_scalar(inner, unread)}")
    elif isinstance(value, list):
        if all(not isinstance(inner, dict | list) for inner in value):
            for inner in value:
                yield _Line(depth, f"{indent}- {_scalar(inner, unread)}")
        elif (rows := _rows(value, unread)) is not None:
            yield from (_Line(depth, f"{indent}{row}") for row in rows)
        else:
            for inner in value:
                yield _Line(depth, f"{indent}-")
                yield from _lines(inner, depth + 1, unread)
    else:
        yield _Line(depth, f"{indent}{_scalar(value, unread)}")


def _rows(values: list[object], unread: Counter[str]) -> list[str] | None:
    """Return flat records beside each other as the rows of a table, `None` if they are none."""
    records = [value for value in values if isinstance(value, dict)]
    if len(records) < max(2, len(values)) or not all(map(_is_flat, records)):
        return None
    return record_lines(
        [[(clean(key), _scalar(value, unread)) for key, value in each.items()] for each in records]
    )


def _is_flat(record: dict[str, object]) -> bool:
    return bool(record) and not any(isinstance(value, dict | list) for value in record.values())


def _scalar(value: object, unread: Counter[str]) -> str:
    if value is None:
        return "null"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return without_encoded(clean(text), unread)
