"""DOCX: paragraphs, tables and text boxes by page, with headings, notes, headers and comments.

A page ends where Word last ended one, which the file stores, or at a page break in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.docx_numbers import Numbering, read_numbering
from quoth.load.omml import equation
from quoth.load.ooxml import document_title, relations
from quoth.load.tables import table_lines
from quoth.types import Document, Heading, Page

_SEPARATE = {
    "header": "Header",
    "footer": "Footer",
    "footnotes": "Footnotes",
    "endnotes": "Endnotes",
    "comments": "Comments",
}
_SKIPPED = {"del", "moveFrom", "Fallback", "instrText", "delText", "rPr", "pPr", "fldData"}
_BOX = "txbxContent"


@dataclass(slots=True)
class _Pages:
    """Blocks of text on their pages."""

    pages: list[Page] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, level: int = 0) -> None:
        if text.strip():
            if level:
                self.headings.append(Heading(self.length, level, one_line(text)))
            self.parts.append(text)
            self.length += len(text) + 2

    def end_page(self) -> None:
        if self.parts:
            text = "\n\n".join(self.parts)
            self.pages.append(Page(len(self.pages) + 1, text, None, tuple(self.headings)))
            self.parts, self.headings, self.length = [], [], 0


def load_docx(path: Path, options: LoadOptions) -> Document:
    """Return a DOCX file. Headers, footers, notes and comments come at the end of the last page.

    Deleted text of tracked changes is left out.
    """
    with Archive(path, options.limits) as archive:
        main = _main_part(archive, path)
        related = relations(archive, main)
        styles = _related(archive, related, "styles")
        levels = _heading_levels(styles) if styles is not None else {}
        numbers = read_numbering(_related(archive, related, "numbering"), styles)
        body = next((e for e in archive.xml(main) if local_name(e) == "body"), None)
        if body is None:
            raise CorruptDocumentError(f"{path.name} has no text body.")
        pages = _Pages()
        _write_body(body, levels, numbers, pages)
        for kind, name in sorted(related.values()):
            if kind in _SEPARATE and name in archive:
                lines = _separate_lines(archive.xml(name))
                if lines:
                    pages.add(f"{_SEPARATE[kind]}:\n" + "\n".join(lines))
        pages.end_page()
        title = document_title(archive)
        pictures = sum(local_name(element) in ("blip", "imagedata") for element in body.iter())
    unread = {"picture": pictures} if pictures else {}
    return Document(str(path), title or path.stem, "docx", tuple(pages.pages), unread=unread)


def _main_part(archive: Archive, path: Path) -> str:
    bodies = [name for kind, name in relations(archive, "").values() if kind == "officeDocument"]
    for name in (*bodies, "word/document.xml"):
        if name in archive:
            return name
    raise CorruptDocumentError(f"{path.name} is not a complete DOCX: it has no document part.")


def _related(archive: Archive, related: dict[str, tuple[str, str]], wanted: str) -> Element | None:
    name = next((name for kind, name in related.values() if kind == wanted), "")
    return archive.xml(name) if name in archive else None


def _heading_levels(styles: Element) -> dict[str, int]:
    """Return the heading level of each paragraph style that has one, by the style's id."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in styles:
        if local_name(style) != "style":
            continue
        identity = attribute(style, "styleId")
        for element in style.iter():
            kind, value = local_name(element), attribute(element, "val")
            if kind == "name":
                name = value.lower()
                if name.startswith("heading ") and name[8:].isdigit():
                    levels[identity] = int(name[8:])
                elif name == "title":
                    levels[identity] = 1
            elif kind == "basedOn":
                parents[identity] = value
            elif kind == "outlineLvl" and value.isdigit() and int(value) < 9:
                levels.setdefault(identity, int(value) + 1)
    for identity in parents:
        ancestor, visited = identity, {identity}
        while ancestor not in levels and ancestor in parents and parents[ancestor] not in visited:
            ancestor = parents[ancestor]
            visited.add(ancestor)
        if ancestor in levels:
            levels.setdefault(identity, levels[ancestor])
    return levels


def _write_body(body: Element, levels: dict[str, int], numbers: Numbering, pages: _Pages) -> None:
    for element in _blocks(body):
        if local_name(element) == "tbl":
            pages.add("\n".join(table_lines(_rows(element))))
            if _breaks_page(element):
                pages.end_page()
            continue
        breaks, broken_first = _page_breaks(element)
        if broken_first:
            pages.end_page()
        text, level = clean(_paragraph(element)).strip(), _level(element, levels)
        number = _number(element, numbers) if text else ""
        if number:
            text = f"{number} {text.removeprefix('- ')}"
        pages.add(text, level)
        for box in _boxes(element):
            for inner in _blocks(box):
                if local_name(inner) == "tbl":
                    pages.add("\n".join(table_lines(_rows(inner))))
                else:
                    pages.add(clean(_paragraph(inner)).strip())
        if breaks and not broken_first:
            pages.end_page()


def _blocks(parent: Element) -> Iterator[Element]:
    """Yield the paragraphs and tables of a body, a cell or a box, through content controls."""
    for element in parent:
        name = local_name(element)
        if name in ("p", "tbl"):
            yield element
        elif name in (
            "sdt",
            "sdtContent",
            "customXml",
            "ins",
            "moveTo",
            "AlternateContent",
            "Choice",
        ):
            yield from _blocks(element)


def _paragraph(paragraph: Element) -> str:
    """Return the text of a paragraph without that of the boxes anchored in it."""
    parts: list[str] = []
    _collect(paragraph, parts)
    text = "".join(parts)
    return f"- {text}" if text.strip() and _is_listed(paragraph) else text


def _collect(element: Element, parts: list[str]) -> None:
    for child in element:
        name = local_name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name in ("tab", "ptab"):
            parts.append("\t")
        elif name in ("br", "cr"):
            parts.append("\n")
        elif name == "noBreakHyphen":
            parts.append("-")
        elif name == "oMath":
            parts.append(equation(child))
        elif name not in _SKIPPED and name != _BOX:
            _collect(child, parts)


def _boxes(paragraph: Element) -> Iterator[Element]:
    """Yield the text boxes in a paragraph; of alternatives only the first."""
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if local_name(element) == _BOX:
            yield element
        if local_name(element) not in _SKIPPED:
            stack.extend(reversed(element))


def _properties(paragraph: Element) -> Iterator[Element]:
    for element in paragraph:
        if local_name(element) == "pPr":
            yield from element


def _is_listed(paragraph: Element) -> bool:
    names = [local_name(each) for each in _properties(paragraph)]
    return "numPr" in names and not any(
        "heading" in attribute(each, "val").lower()
        for each in _properties(paragraph)
        if local_name(each) == "pStyle"
    )


def _number(paragraph: Element, numbers: Numbering) -> str:
    style, own = "", None
    for element in _properties(paragraph):
        if local_name(element) == "pStyle":
            style = attribute(element, "val")
        elif local_name(element) == "numPr":
            own = element
    return numbers.next(style, own)


def _level(paragraph: Element, levels: dict[str, int]) -> int:
    for element in _properties(paragraph):
        if local_name(element) == "pStyle":
            return levels.get(attribute(element, "val"), 0)
        if local_name(element) == "outlineLvl" and attribute(element, "val").isdigit():
            level = int(attribute(element, "val"))
            return level + 1 if level < 9 else 0
    return 0


def _page_breaks(paragraph: Element) -> tuple[bool, bool]:
    """Return whether a page ends in this paragraph, and whether it ends before the text."""
    if any(local_name(e) == "pageBreakBefore" for e in _properties(paragraph)):
        return True, True
    has_text = False
    for element in paragraph.iter():
        name = local_name(element)
        if name == "t" and (element.text or "").strip():
            has_text = True
        elif name == "lastRenderedPageBreak" or (
            name == "br" and attribute(element, "type") == "page"
        ):
            return True, not has_text
    return False, False


def _breaks_page(table: Element) -> bool:
    return any(local_name(element) == "lastRenderedPageBreak" for element in table.iter())


def _rows(table: Element) -> Iterator[list[str]]:
    for row in _children(table, "tr"):
        cells: list[str] = []
        for cell in _children(row, "tc"):
            texts = []
            for block in _blocks(cell):
                if local_name(block) == "tbl":
                    texts += [" ".join(inner) for inner in _rows(block)]
                else:
                    texts.append(_paragraph(block))
            cells.append(" ".join(texts))
        yield cells


def _children(parent: Element, wanted: str) -> Iterator[Element]:
    """Yield the rows of a table or cells of a row, through content controls."""
    for element in parent:
        if local_name(element) == wanted:
            yield element
        elif local_name(element) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _children(element, wanted)


def _separate_lines(root: Element) -> list[str]:
    """Return the paragraphs of a header, footnotes or comments, one per line."""
    paragraphs = (
        one_line(_paragraph(element)) for element in root.iter() if local_name(element) == "p"
    )
    return list(filter(None, paragraphs))
