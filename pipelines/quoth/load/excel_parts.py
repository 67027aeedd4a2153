"""What an XLSX says of its sheets beside the values: formats, hidden rows, comments and charts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load import excel_biff12
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line
from quoth.load.drawingml import ShapeReader, part_reader
from quoth.load.excel_sheet import SheetParts
from quoth.load.excel_styles import (
    CellStyles,
    find_rich_cells,
    read_cell_styles,
    read_rich_texts,
)
from quoth.load.ooxml import read_optional, relations

_WORKBOOK = "xl/workbook.xml"
_VALUE = rb"\s*(?:<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]*)<"
_SHARED = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*?\br="([A-Z]+)(\d+)")[^>]*?\bt="s"[^>]*>\s*<(?:\w+:)?v>(\d+)<'
)
_NO_NUMBER = re.compile(rb'\bt="(?!n")')
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_MIN, _MAX = re.compile(rb'\bmin="(\d+)"'), re.compile(rb'\bmax="(\d+)"')
_FILTER = re.compile(rb'<(?:\w+:)?autoFilter\s[^>]*ref="[A-Z$]+(\d+):[A-Z$]+(\d+)"[^>]*>\s*<')
_BARE_FORMULA = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_ERROR = re.compile(rb"""<c\s[^>]*\bt=["']e["']""")
_EMBEDDED = ("oleObject", "package")
_PLACEHOLDER = "[Threaded comment]"  # in the notes of older versions, beside the comment itself
_MOST_STYLES = 80
_MOST_COLUMNS = 16_384


@dataclass(slots=True)
class BookParts:
    """Reads the parts of a workbook, and counts in `unread` what is not read of them.

    `notes` names broken parts, and `errors` is the number of cells that hold an error.
    """

    archive: Archive
    unread: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    errors: int = 0
    _names: Mapping[str, str] = field(default_factory=dict)
    _styles: CellStyles = field(default_factory=CellStyles)
    _rich: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if _WORKBOOK in self.archive:
            self._names = _sheet_names(self.archive)
            self._styles = read_cell_styles(self.archive)
            self._rich = read_rich_texts(self.archive, self.unread)
        elif excel_biff12.BOOK in self.archive:
            self._names = excel_biff12.sheet_names(self.archive)
            self._styles = excel_biff12.read_styles(self.archive)

    def read(self, title: str) -> SheetParts:
        """Return what is known of the sheet with this title."""
        parts = SheetParts()
        name = self._names.get(title, "")
        if name not in self.archive:
            return parts
        if name.endswith(".bin"):
            parts = excel_biff12.read_sheet(self.archive.read(name), self._styles, self.unread)
        else:
            self._read_rows(self.archive.read(name), parts)
        parts.lines += self._drawings(name)
        comments = list(_comments(self.archive, name, self.notes))
        if comments:
            parts.lines.append("Comments:\n" + "\n".join(comments))
        return parts

    def _read_rows(self, sheet: bytes, parts: SheetParts) -> None:
        head = sheet[: max(0, sheet.find(b"sheetData"))]
        tail = sheet[max(0, sheet.rfind(b"sheetData>")) :]
        self.errors += len(_ERROR.findall(sheet))
        bare = len(_BARE_FORMULA.findall(sheet))
        self.unread["uncalculated formula"] += bare
        filtered = [range(int(m[1]), int(m[2]) + 1) for m in _FILTER.finditer(tail)]
        parts.hidden_rows = frozenset(
            row - 1 for row in _hidden_rows(sheet) if not any(row in each for each in filtered)
        )
        parts.hidden_columns = frozenset(_hidden_columns(head))
        for row, column, text in self._shown_cells(sheet):
            parts.texts.setdefault(row, {})[column] = text

    def _shown_cells(self, sheet: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield the cells that are not shown as their plain value."""
        styles = self._styles
        if styles.formats:
            for column, row, style, rest, raw in _find_cells(sheet, styles.formats, _VALUE):
                is_number = b't="' not in rest or not _NO_NUMBER.search(rest)
                text = styles.show(style, raw) if is_number else None
                if text is not None:
                    self.unread["hidden cell"] += not styles.formats[style].strip("; ")
                    yield row, column, text
        if styles.struck:
            for column, row, _, _, _ in _find_cells(sheet, styles.struck, rb"(?=(<|\s))"):
                self.unread["struck-out cell"] += 1
                yield row, column, ""
        for match in _SHARED.finditer(sheet) if self._rich else ():
            if (text := self._rich.get(int(match[3]))) is not None:
                yield int(match[2]) - 1, _column_number(match[1]), text
        for letters, number, text in find_rich_cells(sheet, self.unread):
            yield int(number) - 1, _column_number(letters), text

    def _drawings(self, name: str) -> Iterator[str]:
        """Yield the charts, boxes and described pictures of a sheet; count embedded objects."""
        for kind, target in relations(self.archive, name).values():
            self.unread["embedded object"] += kind in _EMBEDDED
            drawing = read_optional(self.archive, target, self.notes) if kind == "drawing" else None
            if drawing is not None:
                read_part = part_reader(self.archive, target, self.notes)
                shapes = ShapeReader(read_part, self.unread).read(drawing)
                yield from (shape.text for shape in shapes)


def _find_cells(
    sheet: bytes, styles: Collection[int], value: bytes
) -> Iterator[tuple[int, int, int, bytes, bytes]]:
    """Yield column, row, style, attributes and value of the cells in one of some styles."""
    numbers = b"|".join(b"%d" % style for style in styles)
    wanted = numbers if len(styles) <= _MOST_STYLES else rb"\d+"
    pattern = re.compile(
        rb'<(?:\w+:)?c\s(?=[^>]*?\br="([A-Z]+)(\d+)")(?=[^>]*?\bs="('
        + wanted
        + rb')")([^>]*)>'
        + value
    )
    for match in pattern.finditer(sheet):
        if int(match[3]) in styles:
            yield _column_number(match[1]), int(match[2]) - 1, int(match[3]), match[4], match[5]


def _column_number(letters: bytes) -> int:
    """Return the number of a column from its letters, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _hidden_rows(sheet: bytes) -> Iterator[int]:
    """Yield the numbers of hidden rows, counted from 1."""
    if _HIDDEN.search(sheet):
        for tag in _ROW.findall(sheet):
            number = _NUMBER.search(tag)
            if number and _HIDDEN.search(tag):
                yield int(number[1])


def _hidden_columns(head: bytes) -> Iterator[int]:
    """Yield the hidden columns, counted from 0."""
    for tag in _COLUMN.findall(head):
        first, last = _MIN.search(tag), _MAX.search(tag)
        if first and last and _HIDDEN.search(tag):
            yield from range(int(first[1]) - 1, min(int(last[1]), _MOST_COLUMNS))


def _comments(archive: Archive, name: str, notes: list[str]) -> Iterator[str]:
    """Yield the comments of a sheet as `B3: Ann: text`, with the replies to them."""
    targets = sorted(relations(archive, name).values())
    people = _people(archive) if any(kind == "threadedComment" for kind, _ in targets) else {}
    for kind, target in targets:
        if kind == "comments" and target.endswith(".bin") and target in archive:
            yield from excel_biff12.read_comments(archive.read(target))
            continue
        is_wanted = kind in ("comments", "threadedComment")
        root = read_optional(archive, target, notes) if is_wanted else None
        if root is None:
            continue
        authors = [one_line(e.text or "") for e in root.iter() if local_name(e) == "author"]
        for comment in root.iter():
            if local_name(comment) == "comment":
                number = attribute(comment, "authorId")
                author = (
                    authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
                )
            elif local_name(comment) == "threadedComment":
                author = people.get(attribute(comment, "personId"), "")
            else:
                continue
            text = one_line("".join(_texts(comment)))
            text = text.removeprefix(f"{author}:").strip() if author else text
            if text and not text.startswith(_PLACEHOLDER):
                yield ": ".join(filter(None, (attribute(comment, "ref"), author, text)))


def _texts(comment: Element) -> Iterator[str]:
    for each in comment.iter():
        if local_name(each) in ("t", "text"):
            yield each.text or ""


def _people(archive: Archive) -> dict[str, str]:
    return {
        attribute(person, "id"): one_line(attribute(person, "displayName"))
        for kind, target in relations(archive, _WORKBOOK).values()
        if kind == "person" and target in archive
        for person in archive.xml(target)
    }


def _sheet_names(archive: Archive) -> dict[str, str]:
    """Return the part of each sheet by its title."""
    related = relations(archive, _WORKBOOK)
    return {
        attribute(sheet, "name"): related.get(attribute(sheet, "id"), ("", ""))[1]
        for sheet in archive.xml(_WORKBOOK).iter()
        if local_name(sheet) == "sheet"
    }
