"""Shapes of slides and sheets (DrawingML): text, tables, charts, diagrams, described pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load.archive import Archive, attribute, local_name
from quoth.load.charts import chart_text, diagram_text
from quoth.load.clean import clean, one_line
from quoth.load.counts import format_count
from quoth.load.omml import equation
from quoth.load.ooxml import read_optional, relations
from quoth.load.raised import lower_text, raise_text
from quoth.load.symbol_fonts import decode_symbols
from quoth.load.tables import Cell, place_cells, table_lines

_TRUE = ("1", "true")
_NUMBER_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_NUMBER_SIGNS = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The text of a shape, and the kind of placeholder that it fills, such as `title`."""

    text: str
    placeholder: str = ""


@dataclass(slots=True)
class ShapeReader:
    """Reads the shapes of a part, and counts in `unread` what they hold and the text does not."""

    read_part: Callable[[str], str]
    unread: Counter[str] = field(default_factory=Counter)

    def read(self, parent: Element) -> Iterator[Shape]:
        """Yield the shapes with text, in the order of the file."""
        for child in parent:
            name = local_name(child)
            if name in ("sp", "pic", "graphicFrame", "grpSp", "cxnSp") and _is_hidden(child):
                self.unread["hidden shape"] += 1
            elif name == "sp":
                text = "\n".join(self.paragraphs(child))
                if text:
                    yield Shape(text, _placeholder(child))
            elif name == "pic":
                yield from self._picture(child)
            elif name == "tbl":
                lines = table_lines(self._rows(child), header_rows=_count_header_rows(child))
                if lines:
                    yield Shape("\n".join(lines))
            elif name in ("chart", "relIds"):
                text = self.read_part(attribute(child, "id" if name == "chart" else "dm"))
                yield from [Shape(text)] if text else []
            elif name == "oleObj":
                self.unread["embedded object"] += 1
            elif name == "AlternateContent":
                yield from self.read(_choice(child))
            elif name != "Fallback":
                yield from self.read(child)

    def paragraphs(self, parent: Element) -> list[str]:
        """Return the paragraphs below an element, with the numbers of numbered lists."""
        texts = []
        counts: dict[int, int] = {}
        for paragraph in parent.iter():
            if local_name(paragraph) == "p":
                text = clean("".join(self._runs(paragraph))).strip()
                number = _number(paragraph, counts) if text else ""
                if text:
                    texts.append(f"{number} {text}" if number else text)
        return texts

    def _runs(self, paragraph: Element) -> Iterator[str]:
        left_out, before = "", ""
        for element in _pieces(paragraph):
            name = local_name(element)
            if name == "br":
                yield "\n"
            elif name == "oMath":
                yield equation(element)
            else:
                look = next((each for each in element if local_name(each) == "rPr"), None)
                text = "".join(each.text or "" for each in element if local_name(each) == "t")
                if look is not None and attribute(look, "strike") not in ("", "noStrike"):
                    self.unread["struck-out passage"] += left_out == ""
                    left_out = "struck-out passage"
                else:
                    shown = _shown(text, look, before)
                    left_out, before = "", shown[-1:] or before
                    yield shown

    def _picture(self, picture: Element) -> Iterator[Shape]:
        names = {local_name(each) for each in picture.iter()}
        media = names & {"videoFile", "audioFile", "wavAudioFile"}
        kind = "picture" if not media else "video" if "videoFile" in media else "sound"
        self.unread[kind] += 1
        description = one_line(_property(picture, "descr").partition("\n")[0])
        if description:
            yield Shape(f"{kind.capitalize()}: {description}")

    def _rows(self, table: Element) -> Iterator[list[str | None]]:
        rows = [row for row in table if local_name(row) == "tr"]
        yield from place_cells(self._cells(row) for row in rows)

    def _cells(self, row: Element) -> Iterator[Cell]:
        for cell in row:
            if local_name(cell) == "tc" and not any(
                attribute(cell, merged) in _TRUE for merged in ("hMerge", "vMerge")
            ):
                text = " ".join(self.paragraphs(cell))
                yield Cell(text, _span(cell, "gridSpan"), _span(cell, "rowSpan"))


def part_reader(archive: Archive, part: str, notes: list[str]) -> Callable[[str], str]:
    """Return a reader of the charts and diagrams of a part, by the id of their relation.

    A broken one is noted.
    """
    related = relations(archive, part)

    def read(identity: str) -> str:
        kind, name = related.get(identity, ("", ""))
        root = read_optional(archive, name, notes)
        if root is None:
            return ""
        return diagram_text(root) if kind == "diagramData" else chart_text(root)

    return read


def _pieces(element: Element) -> Iterator[Element]:
    """Yield the runs, fields, line breaks and equations of a paragraph."""
    for child in element:
        name = local_name(child)
        if name in ("r", "fld", "br", "oMath"):
            yield child
        elif name != "Fallback":
            yield from _pieces(child)


def _shown(text: str, look: Element | None, before: str) -> str:
    """Return the text of a run as its font and its height show it."""
    if look is None:
        return text
    fonts = {local_name(each): attribute(each, "typeface") for each in look}
    text = decode_symbols(text, fonts.get("sym") or fonts.get("latin") or "")
    raised = attribute(look, "baseline") or "0"
    if raised.rstrip("%") in ("0", ""):
        return text
    return lower_text(text, before) if raised.startswith("-") else raise_text(text, before)


def _number(paragraph: Element, counts: dict[int, int]) -> str:
    """Count a paragraph, and return its number; '' if it has none."""
    properties = next((each for each in paragraph if local_name(each) == "pPr"), None)
    level = int(attribute(properties, "lvl") or 0) if properties is not None else 0
    automatic = (
        next((e for e in properties if local_name(e) == "buAutoNum"), None)
        if properties is not None
        else None
    )
    for deeper in [
        each for each in counts if each > level or (each == level and automatic is None)
    ]:
        del counts[deeper]
    if automatic is None:
        return ""
    start = attribute(automatic, "startAt")
    counts[level] = counts.get(level, int(start) - 1 if start.isdigit() else 0) + 1
    kind = attribute(automatic, "type")
    form = next((each for each in _NUMBER_FORMS if kind.startswith(each)), "arabic")
    sign = _NUMBER_SIGNS.get(kind.removeprefix(form), "{}.")
    return sign.format(format_count(counts[level], _NUMBER_FORMS[form]))


def _choice(alternatives: Element) -> Element:
    """Return the first of the alternatives, of which all say the same."""
    found = {local_name(each): each for each in reversed(alternatives)}
    return found.get("Choice", found.get("Fallback", alternatives))


def _property(shape: Element, name: str) -> str:
    """Return a property of a shape, which is not that of a shape in it."""
    for properties in shape:
        for each in properties:
            if local_name(each) == "cNvPr":
                return attribute(each, name)
    return ""


def _is_hidden(shape: Element) -> bool:
    return _property(shape, "hidden") in _TRUE


def _placeholder(shape: Element) -> str:
    for element in shape.iter():
        if local_name(element) == "ph":
            return attribute(element, "type")
    return ""


def _span(cell: Element, name: str) -> int:
    value = attribute(cell, name)
    return int(value) if value.isdigit() else 1


def _count_header_rows(table: Element) -> int | None:
    """Return 0 where the author switched the header row off; else the rows show it."""
    for properties in table:
        if local_name(properties) == "tblPr":
            return None if attribute(properties, "firstRow") in _TRUE else 0
    return None
