"""The printed pages of an EPUB: where its text marks them, or its list of pages points to."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line
from quoth.types import Heading, Page

_BEGIN, _END = "\ufdd0", "\ufdd1"  # for internal use, as Unicode has it: no text holds them
_MARK = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")
_TAG = re.compile(r"<([A-Za-z][\w.:-]*)(\s[^<>]*?)(?:/>|>([^<>]{0,40})</\1\s*>|>)")
_BODY = re.compile(r"<body\b[^<>]*>", re.I)
_BREAK = re.compile(
    r"""(?:\w+:type|\brole)\s*=\s*["'](?:[^"']*\s)?(?:doc-)?pagebreak(?:\s[^"']*)?["']""", re.I
)
_LABEL = re.compile(r"""\b(?:title|aria-label)\s*=\s*["']([^"']*)["']""", re.I)
_IDENTITY = re.compile(r"""(?<![\w:-])(?:xml:)?id\s*=\s*["']([^"']+)["']""", re.I)
_BEFORE_NUMBER = re.compile(r"^\D*?\bp(?:age|\.)?\s*(?=\d|[ivxlc]+\W*$)", re.I)
_REST = re.compile(r"\w*")  # of a word
_LONGEST_LABEL = 20
_NCX = "application/x-dtbncx+xml"


def read_page_list(archive: Archive, package: Element, folder: str) -> dict[str, dict[str, str]]:
    """Return the labels of printed pages by part and by the id of the place where they begin.

    They come from the navigation of EPUB 3 (`page-list`) and of EPUB 2 (`pageList`). `folder` is
    that of the package. The place '' is the beginning of a part.
    """
    labels: dict[str, dict[str, str]] = {}
    for item in package.iter():
        if local_name(item) != "item":
            continue
        is_navigation = "nav" in attribute(item, "properties").split()
        if not is_navigation and attribute(item, "media-type") != _NCX:
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(attribute(item, "href"))))
        try:
            root = archive.xml(name)
        except CorruptDocumentError:
            continue  # the text of the book is elsewhere
        for address, label in _listed_pages(root):
            path, _, identity = unquote(address).partition("#")
            part = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            labels.setdefault(part, {}).setdefault(identity, _short(label))
    return labels


def _listed_pages(root: Element) -> Iterator[tuple[str, str]]:
    """Yield address and label of the pages in a list."""
    for element in root.iter():
        if local_name(element) == "nav" and "page-list" in attribute(element, "type").split():
            for link in element.iter():
                if local_name(link) == "a":
                    yield attribute(link, "href"), "".join(link.itertext())
        elif local_name(element) == "pageTarget":
            named = {local_name(each): each for each in element.iter()}
            if "content" in named and "text" in named:
                yield attribute(named["content"], "src"), named["text"].text or ""


def mark_pages(source: str, labels: Mapping[str, str]) -> str:
    """Return a part in HTML with a mark where each printed page begins."""
    if not labels and "pagebreak" not in source:
        return source

    def mark(tag: re.Match[str]) -> str:
        identity = _IDENTITY.search(tag[2])
        label = labels.get(identity[1], "") if identity else ""
        is_break = _BREAK.search(tag[2]) is not None
        if is_break:
            own = _LABEL.search(tag[2])
            label = label or _short(html.unescape(own[1] if own else tag[3] or ""))
        if not label:
            return tag[0]
        is_whole = is_break and not tag[0].endswith(f"{tag[2]}>")
        return _mark(label) + ("" if is_whole else tag[0])

    marked = _TAG.sub(mark, source)
    body = _BODY.search(marked)
    if body is None or "" not in labels:
        return marked
    return marked[: body.end()] + _mark(labels[""]) + marked[body.end() :]


def _mark(label: str) -> str:
    return f"{_BEGIN}{html.escape(label)}{_END}"


def split_pages(page: Page) -> Iterator[Page]:
    """Yield the printed pages of a part; what comes before its first mark has its own label.

    A word that is cut stays whole on the page where it begins.
    """
    start, label = 0, page.label
    for mark in _MARK.finditer(page.text):
        is_inside = page.text[start : mark.start()][-1:].isalnum()
        rest = _REST.match(page.text, mark.end()) if is_inside else None
        yield from _piece(page, start, mark.start(), label, rest[0] if rest else "")
        start, label = rest.end() if rest else mark.end(), mark[1]
    yield from _piece(page, start, len(page.text), label, "")


def _piece(page: Page, start: int, end: int, label: str | None, rest: str) -> Iterator[Page]:
    """Yield what stands between two marks with its headings, unless that is nothing."""
    text = page.text[start:end]
    shift = start + len(text) - len(text.lstrip())
    headings = [
        Heading(max(0, begin - shift), each.level, one_line(_MARK.sub("", each.title)))
        for each in page.headings
        if start <= (begin := _first_letter(page.text, each.start)) < end
    ]
    if text := (text + rest).strip():
        yield Page(page.number, text, label, tuple(headings))


def _first_letter(text: str, start: int) -> int:
    mark = _MARK.match(text, start)
    return mark.end() if mark else start


def _short(label: str) -> str:
    return _BEFORE_NUMBER.sub("", one_line(label)).strip(" .")[:_LONGEST_LABEL]
