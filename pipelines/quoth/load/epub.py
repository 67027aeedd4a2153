"""EPUB: the chapters in reading order, one page each."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.detect import is_binary
from quoth.load.epub_pages import mark_pages, read_page_list, split_pages
from quoth.load.html import decode_html, html_page
from quoth.types import Document, Page

_CONTAINER = "META-INF/container.xml"
_TEXT = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")


def load_epub(path: Path, options: LoadOptions) -> Document:
    """Return an EPUB, one page per part of its spine that has text, or per printed page.

    Printed pages are those that the text marks or the book lists. Parts are found whatever their
    media type says and however their name is spelt. `notes` lists parts that are missing, broken or
    no text; `unread` counts pictures. Raises `NeedsPasswordError` for a book with copy protection.
    """
    with Archive(path, options.limits) as archive:
        package_name = _package_name(archive, path)
        package = archive.xml(package_name)
        if "META-INF/encryption.xml" in archive and "META-INF/rights.xml" in archive:
            raise NeedsPasswordError(f"{path.name} has copy protection and cannot be read.")
        folder = posixpath.dirname(package_name)
        book = _Book(read_page_list(archive, package, folder))
        names = {name.casefold(): name for name in archive.names()}
        for part in _spine(package):
            name = posixpath.normpath(posixpath.join(folder, part.path)).lstrip("/")
            try:
                book.add(archive.read(names.get(name.casefold(), name)), name, part.media_type)
            except CorruptDocumentError as error:
                book.notes.append(str(error))
    titles = (one_line(each.text or "") for each in package.iter() if local_name(each) == "title")
    title = next(filter(None, titles), path.stem)
    return Document(
        str(path), title, "epub", tuple(book.pages), notes=tuple(book.notes), unread=book.unread
    )


@dataclass(frozen=True, slots=True)
class _Part:
    path: str
    media_type: str


@dataclass(slots=True)
class _Book:
    labels: Mapping[str, Mapping[str, str]]
    pages: list[Page] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, content: bytes, name: str, media_type: str) -> None:
        """Add a part of the book, which is text in HTML or XML whatever it is called."""
        if media_type.startswith("image/") and "svg" not in media_type:
            self.unread["picture"] += 1
            return
        if is_binary(content[:4096]):
            self.notes.append(f"The part {name} was not read: it is {media_type or 'no text'}.")
            return
        source = mark_pages(decode_html(content, name), self.labels.get(name, {}))
        read = html_page(source)
        self.unread.update(read.unread)
        last = self.pages[-1].label if self.pages else None
        for page in split_pages(Page(0, read.text, last, read.headings)):
            self.pages.append(replace(page, number=len(self.pages) + 1))


def _package_name(archive: Archive, path: Path) -> str:
    if _CONTAINER in archive:
        for element in archive.xml(_CONTAINER).iter():
            if local_name(element) == "rootfile":
                return attribute(element, "full-path").lstrip("/")
    name = next((name for name in archive.names() if name.endswith(".opf")), "")
    if not name:
        raise CorruptDocumentError(f"{path.name} is not a complete EPUB: it has no package.")
    return name


def _spine(package: Element) -> list[_Part]:
    """Return the parts in reading order, or all texts of a book without one."""
    parts: dict[str, _Part] = {}
    order: list[str] = []
    for element in package.iter():
        if local_name(element) == "item":
            path = unquote(attribute(element, "href").partition("#")[0])
            media_type = attribute(element, "media-type").lower()
            parts[attribute(element, "id")] = _Part(path, media_type)
        elif local_name(element) == "itemref":
            order.append(attribute(element, "idref"))
    spine = dict.fromkeys(parts[each] for each in order if each in parts)
    return list(spine) or [each for each in parts.values() if each.media_type in _TEXT]
