"""The sentences of chunks, and the rarity of their terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quoth.answer.rows import cut_lines, find_width
from quoth.text import (
    ENGLISH,
    UNDETERMINED,
    Language,
    count_terms,
    find_sentences,
    language,
    split_words,
    weigh_rarity,
)
from quoth.types import Chunk


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chunk, in a language, whose rules gave its terms.

    `rank` is the position of the chunk among the hits, from 0. `about` are the terms of the title
    and the headings that it stands under.
    """

    chunk: Chunk
    rank: int
    start: int
    end: int
    text: str
    terms: Counter[str]
    language: Language = ENGLISH
    about: Counter[str] = field(default_factory=Counter)


def sentences_of(chunks: Iterable[Chunk], spoken: Language = ENGLISH) -> list[Sentence]:
    """Return the sentences of chunks, in their order.

    `spoken` is the language of the chunks that do not tell their own.

    A heading on a line of its own is not a part of the sentence after it, and is left out; so are
    sentences of one word.
    """
    result = []
    for rank, chunk in enumerate(chunks):
        rules = language_of(chunk, spoken)
        about = count_terms(" ".join((chunk.title, *chunk.headings)), rules)
        width = find_width(chunk.text)
        for start, end in find_sentences(chunk.text, rules):
            start = _skip_headings(chunk, start, end)
            for first, last in cut_lines(chunk.text, start, end, width):
                text = chunk.text[first:last]
                if len(split_words(text, rules)) > 1:
                    span = chunk.start + first, chunk.start + last
                    result.append(
                        Sentence(chunk, rank, *span, text, count_terms(text, rules), rules, about)
                    )
    return result


def language_of(chunk: Chunk, spoken: Language) -> Language:
    """Return the language of a chunk, or `spoken` where the chunk tells none."""
    return spoken if chunk.language in ("", UNDETERMINED) else language(chunk.language)


def terms_of(text: str, sentences: Iterable[Sentence]) -> Counter[str]:
    """Return the terms of a question or an answer, by the rules of the sentences' languages.

    A term that several languages have counts once.
    """
    terms: Counter[str] = Counter()
    for rules in {sentence.language for sentence in sentences}:
        terms |= count_terms(text, rules)
    return terms


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
