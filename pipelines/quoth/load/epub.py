"""EPUB: the chapters in reading order, one page each."""

from __future__ import annotations

import posixpath
from collections import Counter
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.html import decode_html, html_page
from quoth.types import Document, Page

_CONTAINER = "META-INF/container.xml"
_TEXT = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")


def load_epub(path: Path, options: LoadOptions) -> Document:
    """Return an EPUB, one page per part of its spine that has text.

    `notes` lists parts that are missing or broken. Raises `NeedsPasswordError` for a book with copy
    protection.
    """
    with Archive(path, options.limits) as archive:
        package_name = _package_name(archive, path)
        package = archive.xml(package_name)
        if "META-INF/encryption.xml" in archive and "META-INF/rights.xml" in archive:
            raise NeedsPasswordError(f"{path.name} has copy protection and cannot be read.")
        pages: list[Page] = []
        notes: list[str] = []
        unread: Counter[str] = Counter()
        for reference in _spine(package):
            name = posixpath.normpath(posixpath.join(posixpath.dirname(package_name), reference))
            try:
                content = archive.read(name)
            except CorruptDocumentError as error:
                notes.append(str(error))
                continue
            read = html_page(decode_html(content, name))
            unread.update(read.unread)
            if read.text:
                pages.append(Page(len(pages) + 1, read.text, None, read.headings))
    titles = (one_line(each.text or "") for each in package.iter() if local_name(each) == "title")
    title = next(filter(None, titles), path.stem)
    return Document(str(path), title, "epub", tuple(pages), notes=tuple(notes), unread=unread)


def _package_name(archive: Archive, path: Path) -> str:
    if _CONTAINER in archive:
        for element in archive.xml(_CONTAINER).iter():
            if local_name(element) == "rootfile":
                return attribute(element, "full-path").lstrip("/")
    name = next((name for name in archive.names() if name.endswith(".opf")), "")
    if not name:
        raise CorruptDocumentError(f"{path.name} is not a complete EPUB: it has no package.")
    return name


def _spine(package: Element) -> list[str]:
    """Return the paths of the parts, relative to the package, in reading order."""
    parts: dict[str, str] = {}
    order: list[str] = []
    for element in package.iter():
        if local_name(element) == "item" and attribute(element, "media-type") in _TEXT:
            parts[attribute(element, "id")] = unquote(attribute(element, "href"))
        elif local_name(element) == "itemref":
            order.append(attribute(element, "idref"))
    return [parts[each] for each in order if each in parts] or list(parts.values())
