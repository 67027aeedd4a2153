"""The pages of documents: text, picture, places of a quote, words, and their permanent address."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from quoth.load import boxes_within
from quoth.server.browsing import is_opened_in_browser, shell
from quoth.server.endpoints import Content, Incoming
from quoth.server.failures import NOT_FOUND, RefusedError
from quoth.server.names import CollectionName, FileId, Offset, PageNumber
from quoth.server.services import Services
from quoth.server.shapes import (
    BoxList,
    HeadingBody,
    PageBody,
    Query,
    WordBody,
    WordList,
)
from quoth.types import Box, Page
from quoth.views import can_be_drawn, draw_page, locate_quote, read_words

if TYPE_CHECKING:
    from quoth.collection import Source

Edges = tuple[float, float, float, float]


class SpanQuery(Query):
    """A span of the text of a page."""

    start: Offset = Field(0)
    end: Offset = Field(0)


class ImageQuery(SpanQuery):
    """A span that is marked, and the width of the picture in pixels."""

    width: int = Field(760, ge=200, le=2400)


def show_page(
    services: Services, collection: CollectionName, document: FileId, page: PageNumber
) -> PageBody:
    """Show the text of a page."""
    source, found = services.documents.page(collection, document, page)
    return PageBody(
        id=document,
        number=found.number,
        label=found.label,
        pages=source.pages,
        text=found.text,
        headings=[HeadingBody(**asdict(heading)) for heading in found.headings],
        drawn=services.documents.is_unchanged(source) and can_be_drawn(Path(source.path)),
        url=services.documents.link(collection, document, page),
    )


def draw(
    services: Services,
    collection: CollectionName,
    document: FileId,
    page: PageNumber,
    query: ImageQuery,
) -> Content:
    """Draw a page as PNG, with a span of its text marked."""
    source, found = services.documents.page(collection, document, page)
    if not services.documents.is_unchanged(source):
        raise _changed()
    boxes = [Box(query.start, query.end, *edges) for edges in _locate(source, found, query)]
    image = draw_page(Path(source.path), page, "", boxes, width=query.width)
    if image is None:
        raise RefusedError(
            NOT_FOUND,
            "There is no picture of this page.",
            hint="Pages of PDF files and pictures are drawn; read the text of others.",
        )
    return Content(image, "image/png")


def show_boxes(
    services: Services,
    collection: CollectionName,
    document: FileId,
    page: PageNumber,
    query: SpanQuery,
) -> BoxList:
    """Show where a span of the text is printed on the picture of the page."""
    source, found = services.documents.page(collection, document, page)
    unchanged = services.documents.is_unchanged(source)
    boxes = [list(edges) for edges in _locate(source, found, query)] if unchanged else []
    return BoxList(boxes=boxes, found=bool(boxes), unchanged=unchanged)


def show_words(
    services: Services, collection: CollectionName, document: FileId, page: PageNumber
) -> WordList:
    """Show the printed words of a page of a PDF file with their places."""
    source, _ = services.documents.page(collection, document, page)
    if not services.documents.is_unchanged(source):
        raise _changed()
    words = read_words(Path(source.path), page) or ()
    return WordList(words=[WordBody(text=text, box=list(box)) for text, box in words])


def show_link(
    services: Services,
    collection: CollectionName,
    document: FileId,
    page: PageNumber,
    incoming: Incoming,
) -> Content:
    """Show the page that a permanent address names: to a browser as such, to others as text."""
    if is_opened_in_browser(incoming.headers):
        return shell()
    source, found = services.documents.page(collection, document, page)
    head = f"{Path(source.path).name}, page {found.label or found.number}"
    return Content(f"{head}\n\n{found.text}\n".encode("utf-8", "replace"), "text/plain")


def _locate(source: Source, page: Page, query: SpanQuery) -> list[Edges]:
    """Return where a span of the text of a page is printed on it."""
    if query.end <= query.start:
        return []
    if boxes := boxes_within(page.metadata, query.start, query.end):
        return [(box.left, box.top, box.right, box.bottom) for box in boxes]
    text = page.text
    found = locate_quote(
        Path(source.path),
        page.number,
        text[query.start : query.end],
        before=text[: query.start],
        behind=text[query.end :],
    )
    return found or []


def _changed() -> RefusedError:
    return RefusedError(
        NOT_FOUND,
        "The file of this document has changed since it was read, or is gone.",
        hint="Ingest it again; the text that was read is still here.",
    )
