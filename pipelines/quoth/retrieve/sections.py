"""Grows hits to the sections of the pages that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quoth.collection import Store
from quoth.text import encloses
from quoth.types import Chunk, Hit

_DISTANCE = 16
"""Chunks before and after a hit that can belong to its section."""


def grow_to_sections(hits: Sequence[Hit], store: Store, *, tokens: int) -> list[Hit]:
    """Return the hits with the rest of their sections, up to `tokens` each.

    A hit inside an earlier one is dropped.
    """
    grown: list[Hit] = []
    for hit in hits:
        if not any(encloses(other.chunk, hit.chunk) for other in grown):
            grown.append(replace(hit, chunk=_section(hit.chunk, store, tokens)))
    return grown


def _section(chunk: Chunk, store: Store, limit: int) -> Chunk:
    """Return a chunk grown by its neighbours on the page, under the same headings.

    The chunk after it is taken first, then those before and after it in turn. A chunk that the
    store does not hold, from a searcher of the caller's own, stays as it is.
    """
    neighbours = {chunk.ordinal: chunk} | {
        neighbour.ordinal: neighbour for neighbour in store.neighbours(chunk, distance=_DISTANCE)
    }
    first = last = chunk.ordinal
    tokens, forward, stuck = chunk.tokens, True, 0
    while stuck < 2:
        ordinal = last + 1 if forward else first - 1
        neighbour = neighbours.get(ordinal)
        if (
            neighbour is not None
            and (neighbour.page, neighbour.headings) == (chunk.page, chunk.headings)
            and tokens + neighbour.tokens <= limit
        ):
            first, last, stuck = min(first, ordinal), max(last, ordinal), 0
            tokens += neighbour.tokens
        else:
            stuck += 1
        forward = not forward
    if first == last:
        return chunk
    start, end = neighbours[first].start, neighbours[last].end
    page = store.page_text(chunk.source, chunk.page) or ""
    return replace(chunk, start=start, end=end, text=page[start:end], tokens=tokens)
