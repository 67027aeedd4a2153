"""The sentences of chunks, and the rarity of their terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

_HEADING = re.compile(r"(?P<level>#{1,6})[ \t]+(?P<words>[^\n]*?)[ \t]*#*")
"""A heading of Markdown."""
_TITLE_WORDS = 2
"""The fewest words of a title that is known again in a line of a page."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chunk, in a language, whose rules gave its terms.

    `rank` is the position of the chunk among the hits, from 0. `headings` are those that the
    sentence stands under, the innermost last; `about` are their terms and those of the title.
    `section` is the number of headings between the beginning of the chunk and the sentence.
    """

    chunk: Chunk
    rank: int
    start: int
    end: int
    text: str
    terms: Counter[str]
    language: Language = ENGLISH
    about: Counter[str] = field(default_factory=Counter)
    headings: tuple[str, ...] = ()
    section: int = 0


def sentences_of(chunks: Iterable[Chunk], spoken: Language = ENGLISH) -> list[Sentence]:
    """Return the sentences of chunks, in their order.

    `spoken` is the language of the chunks that do not tell their own.

    A heading on a line of its own is not a part of the sentence after it, and is left out; so are
    sentences of one word.
    """
    return [
        sentence
        for rank, chunk in enumerate(chunks)
        for sentence in _read_chunk(chunk, rank, language_of(chunk, spoken))
    ]


def _read_chunk(chunk: Chunk, rank: int, rules: Language) -> Iterator[Sentence]:
    """Yield the sentences of a chunk, each with the headings of its section."""
    width = find_width(chunk.text)
    section = _Section(0, chunk.headings)
    about = section.terms(chunk, rules)
    running = _find_running_lines(chunk)
    for start, end in find_sentences(chunk.text, rules):
        if any(first <= start and end <= last for first, last in running):
            section = _Section(section.number + 1, section.headings)
            continue
        if heading := _HEADING.fullmatch(chunk.text[start:end]):
            section = section.next(len(heading["level"]), heading["words"])
            about = section.terms(chunk, rules)
            continue
        start = _skip_headings(chunk, start, end)
        for first, last in cut_lines(chunk.text, start, end, width):
            text = chunk.text[first:last]
            if len(split_words(text, rules)) > 1:
                yield Sentence(
                    chunk,
                    rank,
                    chunk.start + first,
                    chunk.start + last,
                    text,
                    count_terms(text, rules),
                    rules,
                    about,
                    section.headings,
                    section.number,
                )


@dataclass(frozen=True, slots=True)
class _Section:
    """The text between two headings of a chunk, and the headings above it."""

    number: int
    headings: tuple[str, ...]

    def next(self, level: int, heading: str) -> _Section:
        """Return the section under a heading of Markdown of a level, from 1."""
        above = tuple(one for one in self.headings[: level - 1] if one != heading)
        return _Section(self.number + 1, (*above, heading))

    def terms(self, chunk: Chunk, rules: Language) -> Counter[str]:
        """Return the terms of the title and the headings."""
        return count_terms(" ".join((chunk.title, *self.headings)), rules)


def language_of(chunk: Chunk, spoken: Language) -> Language:
    """Return the language of a chunk, or `spoken` where the chunk tells none."""
    return spoken if chunk.language in ("", UNDETERMINED) else language(chunk.language)


def languages_of(spoken: Language, sentences: Iterable[Sentence]) -> set[Language]:
    """Return the languages by whose rules a text in the language `spoken` is compared.

    It is compared with the sentences in its own language, if there are any, else with all.
    """
    languages = {sentence.language for sentence in sentences}
    return {spoken} if spoken in languages else languages


def terms_of(text: str, sentences: Iterable[Sentence], spoken: Language) -> Counter[str]:
    """Return the terms of a question or an answer, by the rules of the sentences' languages.

    `spoken` is its own language. A term that several languages have counts once.
    """
    terms: Counter[str] = Counter()
    for rules in languages_of(spoken, sentences):
        terms |= count_terms(text, rules)
    return terms


def weigh_terms(stems: Iterable[str], sentences: Sequence[Sentence]) -> Mapping[str, float]:
    """Return the rarity of each stem: higher, the fewer of the sentences have it."""
    frequency = Counter(term for sentence in sentences for term in sentence.terms)
    return {stem: weigh_rarity(frequency[stem], len(sentences)) for stem in stems}


def _find_running_lines(chunk: Chunk) -> list[tuple[int, int]]:
    """Return the spans of the lines that repeat the title, alone or with a heading of the page."""
    title = " ".join(chunk.title.split())
    if len(title.split()) < _TITLE_WORDS:
        return []
    spans = []
    for match in re.finditer(r"[^\n]+", chunk.text):
        line = " ".join(match[0].split())
        rest = line.removeprefix(title).strip() if line.startswith(title) else None
        if rest == "" or rest in chunk.headings:
            spans.append(match.span())
    return spans


def _skip_headings(chunk: Chunk, start: int, end: int) -> int:
    """Return where a sentence begins behind the title and the headings of its chunk."""
    text = chunk.text[start:end]
    for heading in (chunk.title, *chunk.headings, *chunk.headings[::-1]):
        words = [re.escape(word) for word in heading.split()]
        match = re.match(r"(?:#+\s*)?" + r"\s+".join(words) + r"\s*(?:\n|$)\s*", text)
        if words and match:
            start, text = start + match.end(), text[match.end() :]
    return start
