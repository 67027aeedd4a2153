"""XML: prose as paragraphs under its titles, records as `name: value` with their attributes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import local_name, parse_xml
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.html import decode_html, html_page
from quoth.load.opaque import without_encoded
from quoth.load.record_tables import NamedValue, record_lines
from quoth.load.tables import Cell, place_cells, table_lines
from quoth.types import Document, Heading, Page

_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
# The outermost elements of DocBook, TEI, DITA, JATS, FictionBook, OPF and the like.
_PROSE = frozenset(
    "article book chapter section part refentry TEI teiCorpus TEI.2 topic concept task reference "
    "FictionBook html document doc text body rfc svg".split()
)
_TITLES = frozenset(("title", "head", "article-title", "chapter-title"))
_ITEMS = frozenset(("listitem", "item", "li", "list-item"))
_TABLES = frozenset(("table", "informaltable", "tgroup"))
_ROWS = frozenset(("row", "tr", "Row", "strow", "sthead"))
_UNREAD = frozenset(("script", "style", "binary", "metadata", "annotation", "defs", "path"))
_FORMAL = frozenset(
    "xmlns schemaLocation noNamespaceSchemaLocation space base id idref class style role version "
    "nil isPermaLink type".split()
)
_MARKUP = re.compile(r"<(?:p|br|div|a|b|i|ul|ol|li|em|strong|img|span|table|h[1-6])\b[^>]*>", re.I)
_LONGEST_RECORD = 1500  # characters


@dataclass(slots=True)
class _Lines:
    """Lines of text, with headings."""

    lines: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, level: int = 0) -> None:
        if text:
            if level:
                self.headings.append(Heading(self.length, level, one_line(text)))
            self.lines.append(text)
            self.length += len(text) + 1

    def add_all(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.add(text)


def load_xml(path: Path, options: LoadOptions) -> Document:
    """Return an XML file as one page.

    An element with text is a line. In a file of records, the line begins with the element's name
    and its attributes; small records are one line. In prose, titles are headings.
    """
    text = decode_html(path.read_bytes(), path.name).lstrip("\ufeff \t\r\n")
    unread: Counter[str] = Counter()
    lines = _Lines()
    notes: tuple[str, ...] = ()
    title = ""
    try:
        # The declaration may name an encoding that the bytes do not have.
        content = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
        root = parse_xml(content, path.name)
        title = next((_text(each, unread) for each in root.iter() if _is_title(each)), "")
        if local_name(root) in _PROSE:
            _write_prose(root, lines, unread)
        else:
            _write_records(root, lines, unread)
    except CorruptDocumentError as error:
        lines = _Lines()
        lines.add(without_encoded(clean(text), unread))
        notes = (f"{error} It was read as plain text.",)
    page = Page(1, "\n".join(lines.lines), None, tuple(lines.headings))
    return Document(str(path), title or path.stem, "xml", (page,), notes=notes, unread=unread)


def _write_prose(root: Element, lines: _Lines, unread: Counter[str]) -> None:
    """Write paragraphs, headings, items and tables; a title has the depth of its section."""
    stack: list[tuple[Element, int, str]] = [(root, 0, "")]
    while stack:
        element, depth, mark = stack.pop()
        name = local_name(element)
        if not name or name in _UNREAD:
            continue
        mark = "- " if name in _ITEMS else mark
        if name in _TABLES and any(local_name(each) in _ROWS for each in element.iter()):
            lines.add_all(_rows(element, unread))
        elif _is_title(element):
            lines.add(_text(element, unread), max(1, depth))
        elif _is_mixed(element) or not len(element):
            text = _text(element, unread)
            lines.add(f"{mark}{text}" if text else "")
        else:
            lines.add(_value(element.text or "", unread))
            titled = any(map(_is_title, element))
            below = [
                (child, depth + titled, "" if number else mark)
                for number, child in enumerate(element)
            ]
            stack.extend(reversed(below))


def _write_records(root: Element, lines: _Lines, unread: Counter[str]) -> None:
    """Write one line for each element with values of its own, and for each small record.

    Records of one name beside each other are the rows of a table.
    """
    stack: list[list[Element]] = [[root]]
    while stack:
        group = stack.pop()
        if len(group) > 1:
            _write_table(group, lines, unread)
            continue
        element = group[0]
        own = _attributes(element, unread)
        if not len(element) or _is_mixed(element):
            lines.add(_labelled([*own, *_own_text(element, unread)]))
        elif local_name(element) == "Worksheet":
            lines.add_all(_rows(element, unread))
        elif _is_record(element):
            _write_record(element, lines, unread)
        else:
            text = _value(element.text or "", unread)
            lines.add(_labelled([*own, ("", text)]))
            stack.extend(reversed(list(_groups(element))))


def _write_record(element: Element, lines: _Lines, unread: Counter[str]) -> None:
    """Write a record on one line, or with a line for each value and its title as a heading."""
    values = _values(element, unread)
    line = _labelled(values)
    if len(line) <= _LONGEST_RECORD and "\n" not in line:
        lines.add(line)
        return
    title = next((_text(each, unread) for each in element if _is_title(each)), "")
    lines.add(title, 2 if title else 0)
    for value in values:
        lines.add(_labelled([value]))


def _write_table(records: list[Element], lines: _Lines, unread: Counter[str]) -> None:
    """Write records as the rows of a table, or one by one if they are none."""
    rows = record_lines([_values(record, unread) for record in records])
    if rows is not None:
        lines.add_all(rows)
        return
    for record in records:
        _write_record(record, lines, unread)


def _groups(element: Element) -> Iterator[list[Element]]:
    """Yield the elements inside, records of one name beside each other as one group."""
    children = (child for child in element if local_name(child))
    for (_, is_flat), group in groupby(children, lambda each: (local_name(each), _is_flat(each))):
        if is_flat:
            yield list(group)
        else:
            yield from ([each] for each in group)


def _is_flat(element: Element) -> bool:
    return _is_record(element) or (bool(element.attrib) and not len(element))


def _values(element: Element, unread: Counter[str]) -> list[NamedValue]:
    """Return the names and values of a record: its attributes, and those of what is in it."""
    values = _attributes(element, unread)
    if not len(element) or _is_mixed(element):
        return [*values, *_own_text(element, unread)]
    for child in element:
        values += [*_attributes(child, unread), *_own_text(child, unread)]
    return values


def _is_title(element: Element) -> bool:
    return local_name(element) in _TITLES


def _is_record(element: Element) -> bool:
    """Whether an element has values of several names and nothing below them."""
    names = {local_name(child) for child in element}
    return len(names) > 1 and all(not len(child) or _is_mixed(child) for child in element)


def _is_mixed(element: Element) -> bool:
    """Whether there is text between the elements inside."""
    return any((child.tail or "").strip() for child in element)


def _own_text(element: Element, unread: Counter[str]) -> list[NamedValue]:
    text = _text(element, unread)
    return [(local_name(element), text)] if text else []


def _attributes(element: Element, unread: Counter[str]) -> list[NamedValue]:
    """Return the attributes that say something; an `id` does where it is not the file's own."""
    values = []
    for name, value in element.attrib.items():
        local = name.rpartition("}")[2]
        is_formal = local in _FORMAL and not (local == "id" and "}" not in name)
        if not is_formal and (text := _value(value, unread)):
            values.append((local, text))
    return values


def _labelled(values: list[NamedValue]) -> str:
    return " | ".join(f"{name}: {text}" if name else text for name, text in values if text)


def _text(element: Element, unread: Counter[str]) -> str:
    return _value("".join(element.itertext()), unread)


def _value(text: str, unread: Counter[str]) -> str:
    """Return a text on one line; one that is HTML itself, as feeds have it, as it is seen."""
    if _MARKUP.search(text):
        page = html_page(text)
        unread.update(page.unread)
        return without_encoded(page.text, unread)
    return without_encoded(one_line(text), unread)


def _rows(table: Element, unread: Counter[str]) -> list[str]:
    """Return the rows of a table of DocBook, TEI, JATS, DITA or Excel's XML."""
    rows = [element for element in table.iter() if local_name(element) in _ROWS]
    return table_lines(place_cells([_cell(cell, unread) for cell in row] for row in rows))


def _cell(cell: Element, unread: Counter[str]) -> Cell:
    spans = {name.rpartition("}")[2]: value for name, value in cell.attrib.items()}
    columns = _number(spans.get("cols") or spans.get("colspan")) or (
        1 + _number(spans.get("MergeAcross"))
    )
    rows = _number(spans.get("rows") or spans.get("rowspan")) or 1 + _number(
        spans.get("morerows") or spans.get("MergeDown")
    )
    return Cell(one_line(_text(cell, unread)), columns, rows)


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 6 else 0
