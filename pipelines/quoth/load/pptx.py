"""PPTX: a slide is a page, with its tables, text of diagrams, and speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.ooxml import document_title, relations
from quoth.load.tables import table_lines
from quoth.types import Document, Heading, Page

_TITLES = {"title", "ctrTitle"}
_BESIDE = {"sldNum", "dt", "ftr", "hdr"}  # numbers, dates and footers are not the content


def load_pptx(path: Path, options: LoadOptions) -> Document:
    """Return a PPTX file, one page per slide in the order of the show, with titles as headings."""
    pages: list[Page] = []
    notes: list[str] = []
    with Archive(path, options.limits) as archive:
        for number, name in enumerate(_slides(archive, path), 1):
            try:
                pages.append(_slide(archive, name, number))
            except CorruptDocumentError as error:
                pages.append(Page(number, ""))
                notes.append(f"Slide {number} was not read: {error}")
        title = document_title(archive)
    unreadable = tuple(page.number for page in pages if not page.text)
    if not title or title.lower() in ("powerpoint presentation", "powerpoint-präsentation"):
        title = next((each.title for page in pages for each in page.headings), path.stem)
    return Document(str(path), title, "pptx", tuple(pages), unreadable, tuple(notes))


def _slides(archive: Archive, path: Path) -> list[str]:
    """Return the names of the slides in the order of the show."""
    main = "ppt/presentation.xml"
    if main not in archive:
        raise CorruptDocumentError(f"{path.name} is not a complete PPTX: {main} is missing.")
    related = relations(archive, main)
    order = [
        related[identity][1]
        for element in archive.xml(main).iter()
        if local_name(element) == "sldId" and (identity := _relation_id(element)) in related
    ]
    if not order:
        numbered = [name for name in archive.names() if name.startswith("ppt/slides/slide")]
        order = sorted(numbered, key=lambda name: (len(name), name))
    return order


def _relation_id(element: Element) -> str:
    """Return `r:id`, not the plain `id`, which the element also has."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _slide(archive: Archive, name: str, number: int) -> Page:
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    blocks = list(_shapes(archive.xml(name)))
    for kind, target in relations(archive, name).values():
        if target in archive and kind == "diagramData":
            blocks += [(text, False) for text in _paragraphs(archive.xml(target))]
        elif target in archive and kind == "notesSlide":
            spoken = [text for text, _ in _shapes(archive.xml(target))]
            if spoken:
                blocks.append(("Notes:\n" + "\n".join(spoken), False))
    for text, is_title in blocks:
        if is_title:
            headings.append(Heading(length, 1, one_line(text)))
        parts.append(text)
        length += len(text) + 2
    return Page(number, "\n\n".join(parts), None, tuple(headings))


def _shapes(element: Element) -> Iterator[tuple[str, bool]]:
    """Yield the text of each shape, and whether it is the title."""
    for child in element:
        name = local_name(child)
        if name == "sp":
            kind = _placeholder(child)
            text = "\n".join(_paragraphs(child))
            if text and kind not in _BESIDE:
                yield text, kind in _TITLES
        elif name == "tbl":
            lines = table_lines(_rows(child))
            if lines:
                yield "\n".join(lines), False
        elif name != "Fallback":
            yield from _shapes(child)


def _placeholder(shape: Element) -> str:
    for element in shape.iter():
        if local_name(element) == "ph":
            return attribute(element, "type")
    return ""


def _paragraphs(parent: Element) -> list[str]:
    texts = []
    for paragraph in parent.iter():
        if local_name(paragraph) == "p":
            parts = []
            for element in paragraph.iter():
                name = local_name(element)
                if name == "t":
                    parts.append(element.text or "")
                elif name == "br":
                    parts.append("\n")
            text = clean("".join(parts)).strip()
            if text:
                texts.append(text)
    return texts


def _rows(table: Element) -> Iterator[list[str]]:
    for row in table:
        if local_name(row) == "tr":
            yield [" ".join(_paragraphs(cell)) for cell in row if local_name(cell) == "tc"]
