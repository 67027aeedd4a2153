"""The places of an answer: spans of chunks, numbered as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from quoth.answer.sentences import Sentence, sentences_of, terms_of, weigh_terms
from quoth.retrieve import Question
from quoth.text import encloses, show_rows
from quoth.types import Chunk, Citation, Hit, Match

MOST_PLACES = 3
"""The most places of an answer, those that are cited and the nearest ones together."""
HEADINGS_BETWEEN = " › "
"""The sign between a heading and the one below it."""
_MOST_CHARACTERS = 600
"""The most characters of a near place, some 80 words."""


def cite_span(
    chunk: Chunk,
    start: int,
    end: int,
    *,
    match: Match,
    marks: Sequence[tuple[int, int]] = (),
) -> Citation:
    """Return the citation of the characters `start` to `end` of the page of a chunk.

    The quote is what the page shows there: the rows of a table below the names of their columns.
    `marks` are the spans of the quote whose words answer.
    """
    begin = start - chunk.start
    return Citation(
        document=chunk.document_title,
        source=chunk.source,
        page=chunk.page,
        page_label=chunk.page_label,
        heading=HEADINGS_BETWEEN.join(chunk.headings),
        quote=show_rows(chunk.text[begin : end - chunk.start], above=chunk.text[:begin]),
        start=start,
        end=end,
        match=match,
        boxes=tuple(box for box in chunk.boxes if box.start < end and start < box.end),
        also_at=chunk.also_at,
        marks=tuple(marks),
        collection=chunk.collection,
    )


def number_places(places: Iterable[Citation], *, first: int = 1) -> tuple[Citation, ...]:
    """Return places with their numbers, from `first` on."""
    return tuple(replace(place, n=n) for n, place in enumerate(places, start=first))


def find_nearest(
    question: Question, hits: Sequence[Hit], *, cited: Sequence[Citation] = ()
) -> tuple[Citation, ...]:
    """Return the places of the best hits that are nearest to a question, but not those `cited`.

    Each is the sentence of its hit that holds most of the question, or the beginning of the hit
    where it has no sentences. They are numbered behind those that are cited, and are three at most
    together with them.
    """
    chunks = [hit.chunk for hit in hits[: MOST_PLACES + len(cited)]]
    sentences = sentences_of(chunks, question.language)
    rarity = weigh_terms(terms_of(question.text, sentences, question.language), sentences)

    def cover(sentence: Sentence) -> float:
        return sum(weight for term, weight in rarity.items() if term in sentence.terms)

    places = []
    for chunk in chunks:
        of_chunk = [sentence for sentence in sentences if sentence.chunk == chunk]
        best = max(of_chunk, key=cover, default=chunk)
        end = min(best.end, best.start + _MOST_CHARACTERS)
        place = cite_span(chunk, best.start, end, match="nearest")
        if not any(encloses(other, place) or encloses(place, other) for other in cited):
            places.append(place)
    return number_places(places[: max(0, MOST_PLACES - len(cited))], first=len(cited) + 1)
