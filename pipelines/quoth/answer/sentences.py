"""The sentences of chunks, and the rarity of their terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from quoth.text import count_terms, find_sentences, weigh_rarity
from quoth.types import Chunk

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chunk; `rank` is the position of the chunk among the hits, from 0."""

    chunk: Chunk
    rank: int
    start: int
    end: int
    text: str
    terms: Counter[str]


def sentences_of(chunks: Iterable[Chunk]) -> list[Sentence]:
    """Return the sentences of chunks, in their order.

    A heading on a line of its own is not a part of the sentence after it, and is left out; so are
    sentences of one word.
    """
    result = []
    for rank, chunk in enumerate(chunks):
        for start, end in find_sentences(chunk.text):
            start = _skip_headings(chunk, start, end)
            text = chunk.text[start:end]
            if len(_WORD.findall(text)) > 1:
                span = chunk.start + start, chunk.start + end
                result.append(Sentence(chunk, rank, *span, text, count_terms(text)))
    return result


def weigh_terms(stems: Iterable[str], sentences: Sequence[Sentence]) -> Mapping[str, float]:
    """Return the rarity of each stem: higher, the fewer of the sentences have it."""
    frequency = Counter(term for sentence in sentences for term in sentence.terms)
    return {stem: weigh_rarity(frequency[stem], len(sentences)) for stem in stems}


def _skip_headings(chunk: Chunk, start: int, end: int) -> int:
    """Return where a sentence begins behind the chunk's headings."""
    text = chunk.text[start:end]
    for heading in (*chunk.headings, *chunk.headings[::-1]):
        words = [re.escape(word) for word in heading.split()]
        match = re.match(r"(?:#+\s*)?" + r"\s+".join(words) + r"\s*(?:\n|$)\s*", text)
        if words and match:
            start, text = start + match.end(), text[match.end() :]
    return start
