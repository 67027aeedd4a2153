"""OpenDocument: text documents, spreadsheets (a sheet is a page), slides (a slide is a page)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.archive import Archive, attribute, local_name, parse_xml
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.tables import row_text, table_lines
from quoth.types import Document, Heading, Page

_SKIPPED = {"tracked-changes", "sequence-decls", "forms", "annotation", "variable-decls"}
_MAX_REPEATS = 1000  # LibreOffice fills a sheet with repeated empty rows and cells


def load_odt(path: Path, options: LoadOptions) -> Document:
    """Return an ODT (or flat ODT) file as one page with its headings."""
    body, title = _body(path, options, "text")
    return _document(path, "odt", title, [_page(1, _blocks(body))])


def load_ods(path: Path, options: LoadOptions) -> Document:
    """Return an ODS file, one page per sheet, one line per row."""
    body, title = _body(path, options, "spreadsheet")
    pages: list[Page] = []
    for sheet in body.iter():
        if local_name(sheet) == "table":
            name = attribute(sheet, "name")
            lines = table_lines(_rows(sheet))
            text = clean("\n".join([name, *lines])) if lines else ""
            headings = (Heading(0, 1, name),) if lines and name else ()
            pages.append(Page(len(pages) + 1, text, name or None, headings))
    return _document(path, "ods", title, pages)


def load_odp(path: Path, options: LoadOptions) -> Document:
    """Return an ODP file, one page per slide, with its notes."""
    body, title = _body(path, options, "presentation")
    slides = [element for element in body if local_name(element) == "page"]
    pages = [_page(number, _blocks(slide)) for number, slide in enumerate(slides, 1)]
    return _document(path, "odp", title, pages)


def _body(path: Path, options: LoadOptions, kind: str) -> tuple[Element, str]:
    """Return the element that holds the content, and the document's title."""
    title = ""
    if path.suffix.lower() == ".fodt":
        root = parse_xml(path.read_bytes(), path.name)
    else:
        with Archive(path, options.limits) as archive:
            if "META-INF/manifest.xml" in archive:
                manifest = archive.read("META-INF/manifest.xml")
                if b"encryption-data" in manifest:
                    raise NeedsPasswordError(
                        f"{path.name} is encrypted.",
                        hint="Save a copy without a password; encrypted ODF is not read.",
                    )
            root = archive.xml("content.xml")
            if "meta.xml" in archive:
                meta = archive.xml("meta.xml")
                title = next(
                    (one_line(e.text or "") for e in meta.iter() if local_name(e) == "title"), ""
                )
    for element in root.iter():
        if local_name(element) == "body":
            body = next((child for child in element if local_name(child) == kind), None)
            if body is not None:
                return body, title
    raise CorruptDocumentError(f"{path.name} has no {kind} in it.")


def _document(path: Path, kind: str, title: str, pages: list[Page]) -> Document:
    unreadable = tuple(page.number for page in pages if not page.text)
    return Document(str(path), title or path.stem, kind, tuple(pages), unreadable)


def _blocks(parent: Element) -> Iterator[tuple[str, int]]:
    """Yield blocks of text with their heading level, 0 for other blocks."""
    for element in parent:
        name = local_name(element)
        if name in _SKIPPED:
            continue
        if name == "h":
            yield one_line(_inline(element)), int(attribute(element, "outline-level") or 1)
        elif name == "p":
            yield clean(_inline(element)).strip(), 0
            yield from _framed(element)
        elif name == "list-item":
            texts = [text for text, _ in _blocks(element) if text]
            if texts:
                yield "\n".join([f"- {texts[0]}", *texts[1:]]), 0
        elif name == "table":
            yield "\n".join(table_lines(_rows(element))), 0
        else:
            yield from _blocks(element)


def _framed(paragraph: Element) -> Iterator[tuple[str, int]]:
    """Yield the text of boxes and drawings anchored in a paragraph."""
    for element in paragraph.iter():
        if local_name(element) == "text-box":
            yield from _blocks(element)


def _inline(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        name = local_name(child)
        if name == "s":
            parts.append(" " * min(int(attribute(child, "c") or 1), 100))
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name not in _SKIPPED and name not in ("frame", "custom-shape", "ruby-text"):
            parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _rows(table: Element) -> Iterator[list[str]]:
    for element in table:
        name = local_name(element)
        if name == "table-row":
            row = _row(element)
            repeats = min(int(attribute(element, "number-rows-repeated") or 1), _MAX_REPEATS)
            if row_text(row):
                yield from [row] * repeats
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(element)


def _row(element: Element) -> list[str]:
    cells: list[str] = []
    for cell in element:
        if local_name(cell) in ("table-cell", "covered-table-cell"):
            text = " ".join(text for text, _ in _blocks(cell) if text)
            repeats = min(int(attribute(cell, "number-columns-repeated") or 1), _MAX_REPEATS)
            cells.extend([text] * repeats)
    return cells


def _page(number: int, blocks: Iterable[tuple[str, int]]) -> Page:
    """Return a page of blocks (text, heading level or 0) with an empty line between them."""
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for text, level in blocks:
        if not text.strip():
            continue
        if level:
            headings.append(Heading(length, level, one_line(text)))
        parts.append(text)
        length += len(text) + 2
    return Page(number, "\n\n".join(parts), None, tuple(headings))
