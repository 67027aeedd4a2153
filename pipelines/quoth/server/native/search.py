"""Search, and the check of a text that somebody else wrote."""

from __future__ import annotations

from itertools import islice

from quoth.answer import cite
from quoth.collection import Scope
from quoth.library import Library
from quoth.server.failures import BAD_REQUEST, RefusedError
from quoth.server.names import CollectionName, file_id
from quoth.server.presenting import present_citation, present_hit
from quoth.server.services import Services
from quoth.server.shapes import CiteAsked, CiteTold, ScopeAsked, SearchAsked, SearchTold
from quoth.text import find_sentences, find_unsupported_numbers
from quoth.types import Chunk

_SENTENCES = 12
"""The most sentences of a text that are each searched for."""
_HITS = 4


def search(services: Services, collection: CollectionName, body: SearchAsked) -> SearchTold:
    """Find the passages that fit a question best."""
    library = services.shelf.library(collection)
    hits = library.search(body.question, k=body.k, scope=_scope(body.scope))
    return SearchTold(hits=[present_hit(services, collection, hit) for hit in hits])


def check_text(services: Services, body: CiteAsked) -> CiteTold:
    """Look the quotes and sentences of a text up in a collection; no model is called."""
    library = services.shelf.library(body.collection)
    chunks = _find_chunks(library, body)
    citations = cite(body.question, body.text, chunks)
    missing = find_unsupported_numbers(body.text, [place.quote for place in citations])
    return CiteTold(
        citations=[present_citation(services, body.collection, place) for place in citations],
        unsupported_numbers=list(missing),
    )


def _find_chunks(library: Library, body: CiteAsked) -> list[Chunk]:
    """Return the passages near a text and near each of its first sentences."""
    sentences = (body.text[start:end] for start, end in find_sentences(body.text))
    asked = [body.question, *islice(sentences, _SENTENCES)]
    found: dict[int | None, Chunk] = {}
    for text in filter(str.strip, asked):
        for hit in library.search(text, k=_HITS):
            found[hit.chunk.id] = hit.chunk
    if not body.documents:
        return list(found.values())
    wanted = {
        source.path for source in library.documents() if file_id(source.hash) in body.documents
    }
    return [chunk for chunk in found.values() if wanted & {chunk.source, *chunk.also_at}]


def _scope(asked: ScopeAsked | None) -> Scope | None:
    if asked is None:
        return None
    if any(len(pattern) > 500 for pattern in (*asked.documents, *asked.formats, *asked.languages)):
        raise RefusedError(BAD_REQUEST, "A pattern of the scope is too long.", param="scope")
    return Scope(
        documents=asked.documents,
        formats=asked.formats,
        pages=asked.pages,
        since=asked.since,
        until=asked.until,
        languages=asked.languages,
        tags=asked.tags,
    )
