"""The places of excerpts against which claims are checked: sentences, alone and together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from quoth.text import (
    ENGLISH,
    Language,
    SourceVocabulary,
    count_terms,
    find_sentences,
    read_clock_times,
    read_clock_values,
    read_number_values,
    read_number_words,
)
from quoth.types import Chunk

_LONG = 400
_MOST_LINES = 3


@dataclass(frozen=True)
class Place:
    """A sentence of a chunk, or two in a row, with offsets on its page, in a language."""

    chunk: Chunk
    start: int
    end: int
    language: Language = ENGLISH

    @property
    def text(self) -> str:
        """The text of the place."""
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of the text, of its title and its headings."""
        return frozenset(count_terms(f"{_context(self.chunk)}\n{self.text}", self.language))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The values of the numbers in the text, its title and its headings."""
        return read_number_values([self.text, _context(self.chunk)])


@dataclass(frozen=True)
class Passage:
    """What a claim is compared with: one place, or several that it puts together."""

    places: tuple[Place, ...]

    @property
    def language(self) -> Language:
        """The language of the first place."""
        return self.places[0].language

    @cached_property
    def text(self) -> str:
        """The text of the places."""
        return "\n".join(place.text for place in self.places)

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of the places, their titles and their headings."""
        return frozenset().union(*(place.terms for place in self.places))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The values of the numbers of the places, their titles and their headings."""
        return frozenset().union(*(place.numbers for place in self.places))

    def values_for(self, claim: str) -> frozenset[str]:
        """Return the values of the numbers of the passage, in digits and in words.

        For a claim that tells a time of day, those in other hours are among them: 8 for 20:00.
        """
        values = self.numbers | read_number_words(self.text)
        return values | read_clock_values(self.text) if read_clock_times(claim) else values

    @cached_property
    def around(self) -> frozenset[str]:
        """The values of all numbers of the excerpts that the places are in."""
        return read_number_values(place.chunk.text for place in self.places)

    @cached_property
    def vocabulary(self) -> SourceVocabulary:
        """The words of the places, their titles and their headings."""
        context = (_context(place.chunk) for place in self.places)
        return SourceVocabulary([self.text, *context], language=self.language)

    @cached_property
    def wide_vocabulary(self) -> SourceVocabulary:
        """The words of the excerpts that the places are in, their titles and their headings."""
        texts = [f"{_context(place.chunk)}\n{place.chunk.text}" for place in self.places]
        return SourceVocabulary(texts, language=self.language)


def find_places(chunk: Chunk, language: Language) -> Iterator[Place]:
    """Yield the places of a chunk: each sentence, and each two sentences together."""
    spans = [
        (chunk.start + start, chunk.start + end)
        for sentence in find_sentences(chunk.text, language)
        for start, end in _cut_lines(chunk.text, *sentence)
    ]
    for index, (start, end) in enumerate(spans):
        yield Place(chunk, start, end, language)
        if index + 1 < len(spans):
            yield Place(chunk, start, spans[index + 1][1], language)


def place_around(places: Sequence[Place], chunk: Chunk, start: int, end: int) -> Place | None:
    """Return the smallest of the places that holds a span of a chunk, or overlaps with it."""
    holding = [p for p in places if p.chunk is chunk and p.start <= start and end <= p.end]
    touching = [p for p in places if p.chunk is chunk and p.start < end and start < p.end]
    return min(holding, key=lambda p: p.end - p.start, default=next(iter(touching), None))


def _context(chunk: Chunk) -> str:
    return "\n".join((chunk.title, *chunk.headings))


def _cut_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of what is no sentence, such as a table; else the sentence as it is."""
    inside = text[start:end]
    if end - start < _LONG and inside.count("\n") < _MOST_LINES:
        yield start, end
        return
    for line in re.finditer(r"[^\n]*\S[^\n]*", inside):
        yield start + line.start(), start + line.end()
