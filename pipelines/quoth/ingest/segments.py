"""A document whose pages are made of texts → chunks, each within one of these texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from quoth.text import Splitter
from quoth.types import Chunk, Document, Page


def split_segments(
    document: Document, starts: Iterable[tuple[int, int]], splitter: Splitter
) -> list[Chunk]:
    """Return the chunks of a document; none goes over one of `starts`: pages, and offsets in them.

    The first text of each page begins at its offset 0.
    """
    pages = {page.number: page for page in document.pages}
    borders = [*sorted(set(starts)), (0, 0)]
    segments = [
        (page, start, end if following == page else len(pages[page].text))
        for (page, start), (following, end) in pairwise(borders)
    ]
    parts = tuple(
        Page(number, pages[page].text[start:end])
        for number, (page, start, end) in enumerate(segments)
    )
    chunks = splitter.split(replace(document, pages=parts))
    return [
        _moved(chunk, pages[segments[chunk.page][0]], segments[chunk.page][1]) for chunk in chunks
    ]


def _moved(chunk: Chunk, page: Page, offset: int) -> Chunk:
    """Return a chunk of a segment as a chunk of the page that the segment is a part of."""
    return replace(
        chunk,
        page=page.number,
        page_label=page.label,
        start=chunk.start + offset,
        end=chunk.end + offset,
    )
