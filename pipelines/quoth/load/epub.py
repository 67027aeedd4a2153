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
_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")
_PICTURE = ("image/", "video/", "audio/", "font/")


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
                content = archive.read(_member(archive, name))
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


def _member(archive: Archive, name: str) -> str:
    """Return the member of that name, or of the same name in other letters' case."""
    if name in archive:
        return name
    return next((each for each in archive.names() if each.lower() == name.lower()), name)


def _spine(package: Element) -> list[str]:
    """Return the paths of the parts with text, relative to the package, in reading order.

    The declared media type is often wrong; only pictures and sound are believed to be such.
    """
    parts: dict[str, str] = {}
    pictures: set[str] = set()
    order: list[str] = []
    for element in package.iter():
        if local_name(element) == "item":
            identity = attribute(element, "id")
            parts[identity] = unquote(attribute(element, "href").partition("#")[0])
            if attribute(element, "media-type").lower().startswith(_PICTURE):
                pictures.add(identity)
        elif local_name(element) == "itemref":
            order.append(attribute(element, "idref"))
    listed = [parts[each] for each in order if each in parts and each not in pictures]
    return list(dict.fromkeys(listed)) or [
        path for path in parts.values() if path.lower().endswith(_SUFFIXES)
    ]
