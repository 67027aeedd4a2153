"""OpenDocument: text documents, spreadsheets (a sheet is a page), slides (a slide is a page)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.archive import Archive, attribute, local_name, parse_xml
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.opendocument_pages import read_pages
from quoth.load.opendocument_styles import read_styles
from quoth.load.opendocument_text import PAGE_END, TextReader
from quoth.load.tables import table_lines
from quoth.types import Document, Heading, Page

_TITLES = ("title", "subtitle")


@dataclass(frozen=True, slots=True)
class _File:
    """The content of a file, the reader of its text, and its title."""

    body: Element
    reader: TextReader
    title: str = ""


def load_odt(path: Path, options: LoadOptions) -> Document:
    """Return an ODT (or flat ODT) file by page, where it was saved with the ends of its pages.

    Footnotes and comments come at the end of their page, endnotes at the end.
    """
    file = _open(path, options, "text")
    file.reader.page_end = PAGE_END
    return _document(path, "odt", file, read_pages(file.body, file.reader))


def load_ods(path: Path, options: LoadOptions) -> Document:
    """Return an ODS file, one page per sheet, one line per row. Hidden sheets are counted."""
    file = _open(path, options, "spreadsheet")
    pages: list[Page] = []
    for sheet in file.body.iter():
        if local_name(sheet) != "table":
            continue
        if attribute(sheet, "style-name") in file.reader.styles.hidden:
            file.reader.unread["hidden sheet"] += 1
            continue
        name = attribute(sheet, "name")
        lines = table_lines(file.reader.rows(sheet))
        shapes = [each for each in sheet if local_name(each) == "shapes"]
        below = [text for shape in shapes for text, _ in file.reader.blocks(shape) if text]
        blocks = ["\n".join([name, *lines])] if lines or below else []
        text = clean("\n\n".join([*blocks, *below, *file.reader.notes()]))
        headings = (Heading(0, 1, name),) if text and name else ()
        pages.append(Page(len(pages) + 1, text, name or None, headings))
    return _document(path, "ods", file, pages)


def load_odp(path: Path, options: LoadOptions) -> Document:
    """Return an ODP file, one page per slide, with its notes. Hidden slides are counted."""
    file = _open(path, options, "presentation")
    slides = [element for element in file.body if local_name(element) == "page"]
    pages = []
    for number, slide in enumerate(slides, 1):
        if attribute(slide, "style-name") in file.reader.styles.hidden:
            file.reader.unread["hidden slide"] += 1
        else:
            pages.append(_page(number, _slide_blocks(slide, file.reader), file.reader))
    return _document(path, "odp", file, pages)


def _open(path: Path, options: LoadOptions, kind: str) -> _File:
    """Read the parts of a file that its text comes from."""
    if path.suffix.lower() == ".fodt":
        root = parse_xml(path.read_bytes(), path.name)
        return _File(_body(root, kind, path), TextReader(read_styles([root]), lambda _: ""))
    with Archive(path, options.limits) as archive:
        if "META-INF/manifest.xml" in archive:
            manifest = archive.read("META-INF/manifest.xml")
            if b"encryption-data" in manifest:
                raise NeedsPasswordError(
                    f"{path.name} is encrypted.",
                    hint="Save a copy without a password; encrypted ODF is not read.",
                )
        root = archive.xml("content.xml")
        roots = [root, *(archive.xml(name) for name in ("styles.xml",) if name in archive)]
        objects = {
            posixpath.dirname(name): archive.xml(name)
            for name in archive.names()
            if name.startswith("Object ") and name.endswith("/content.xml")
        }
        reader = TextReader(read_styles(roots), _object_reader(objects))
        return _File(_body(root, kind, path), reader, _title(archive))


def _body(root: Element, kind: str, path: Path) -> Element:
    for element in root.iter():
        if local_name(element) == "body":
            body = next((child for child in element if local_name(child) == kind), None)
            if body is not None:
                return body
    raise CorruptDocumentError(f"{path.name} has no {kind} in it.")


def _title(archive: Archive) -> str:
    if "meta.xml" not in archive:
        return ""
    properties = archive.xml("meta.xml").iter()
    return next((one_line(e.text or "") for e in properties if local_name(e) == "title"), "")


def _object_reader(objects: Mapping[str, Element]) -> Callable[[str], str]:
    """Return a reader of charts and formulas, by the path of their part."""

    def read(reference: str) -> str:
        root = objects.get(reference.removeprefix("./").rstrip("/"))
        return _object_text(root) if root is not None else ""

    return read


def _object_text(root: Element) -> str:
    """Return the title of a chart and the table of its values, or a formula as it was typed."""
    for element in root.iter():
        if local_name(element) == "annotation" and attribute(element, "encoding"):
            return one_line(element.text or "")
    reader = TextReader(read_styles([root]), lambda _: "")
    titles = [e for e in root.iter() if local_name(e) in _TITLES and "chart" in e.tag]
    tables = [e for e in root.iter() if local_name(e) == "table"]
    lines = [one_line(" ".join(text for text, _ in reader.blocks(each))) for each in titles]
    for table in tables:
        lines += table_lines(reader.rows(table), header_rows=1)
    return f"Chart: {chr(10).join(lines)}" if lines else ""


def _slide_blocks(slide: Element, reader: TextReader) -> Iterator[tuple[str, int]]:
    """Yield the blocks of a slide with its title as heading; the speaker's notes come last."""
    spoken = []
    for element in slide:
        if local_name(element) == "notes":
            spoken = [text for text, _ in reader.blocks(element) if text]
            continue
        is_title = attribute(element, "class") == "title"
        for text, level in reader.blocks([element]):
            yield text, 1 if is_title and text else level
    if spoken:
        yield "Notes:\n" + "\n".join(spoken), 0


def _page(number: int, blocks: Iterable[tuple[str, int]], reader: TextReader) -> Page:
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
    return Page(number, "\n\n".join([*parts, *reader.notes()]), None, tuple(headings))


def _document(path: Path, kind: str, file: _File, pages: Sequence[Page]) -> Document:
    unreadable = tuple(page.number for page in pages if not page.text)
    unread = {what: count for what, count in file.reader.unread.items() if count}
    return Document(
        str(path), file.title or path.stem, kind, tuple(pages), unreadable, unread=unread
    )
