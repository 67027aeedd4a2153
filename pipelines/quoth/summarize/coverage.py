"""The share of the documents that was read, and the reasons for the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from quoth.summarize.values import SummaryNode
from quoth.text import count_solid
from quoth.types import Document

_PageSpans = Mapping[tuple[str, int], set[tuple[int, int]]]


def measure_coverage(
    documents: Sequence[Document], tree: SummaryNode
) -> tuple[float, tuple[str, ...]]:
    """Return the share of the characters that were read, and the reasons when it is below 1.

    A page that the user left out counts as many characters as an average page.
    """
    spans = _read_spans(tree)
    total = read = 0.0
    reasons: list[str] = []
    for document in documents:
        size, size_read, unread_pages = _count_read(document, spans)
        if document.left_out:
            loaded = len(document.pages)
            size += size * document.left_out / max(1, loaded)
            pages = f"{loaded} of {loaded + document.left_out} pages"
            reasons.append(f"{document.source}: limited to {pages}")
        if unread_pages:
            pages = ", ".join(map(str, unread_pages))
            reasons.append(f"{document.source}: text on pages {pages} was not read")
        if document.unreadable:
            pages = ", ".join(map(str, document.unreadable))
            reasons.append(f"{document.source}: pages {pages} hold no text (scans)")
        total += size
        read += size_read
    if fillers := sum(node.unread for node in tree.walk()):
        read -= fillers
        reasons.append("fillers and turns of up to three words in conversations were left out")
    return (read / total if total else 0.0), tuple(reasons)


def _read_spans(tree: SummaryNode) -> _PageSpans:
    """Return the spans that were read, by source and page."""
    spans: dict[tuple[str, int], set[tuple[int, int]]] = defaultdict(set)
    for node in tree.walk():
        for chunk in node.chunks:
            spans[chunk.source, chunk.page].add((chunk.start, chunk.end))
    return spans


def _count_read(document: Document, spans: _PageSpans) -> tuple[float, float, list[int]]:
    """Return the characters of a document, those that were read, and the pages not fully read."""
    total = read = 0
    unread_pages = []
    for page in document.pages:
        size = count_solid(page.text)
        page_spans = spans.get((document.source, page.number), set())
        size_read = sum(count_solid(page.text[start:end]) for start, end in page_spans)
        total += size
        read += size_read
        if size_read < size:
            unread_pages.append(page.number)
    return total, read, unread_pages
