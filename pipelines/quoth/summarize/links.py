"""Links from a sentence of a summary to the sentences of the document that support it.

A link needs shared words, so only copied or lightly rewritten sentences get one. A conversation is
linked by its turns: what is told of it rests on what somebody said, in one sentence or in several.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence

from quoth.summarize.languages import language_of
from quoth.summarize.values import Link, SummarySentence
from quoth.text import (
    ENGLISH,
    Language,
    SourceVocabulary,
    find_numbers,
    fold_words,
    read_number_values,
    weigh_rarity,
)
from quoth.text import find_sentences as sentence_spans
from quoth.types import Chunk

_ENOUGH = 0.3
"""The weighted share of a sentence's words that its first link must cover."""

_ENOUGH_MORE = 0.15
"""The weighted share that each further link must add."""

_ENOUGH_TO_PAIR = 0.4
"""The weighted share of a sentence's words from which a passage has to have its numbers, too."""

_LINKS = 3
_LINE = re.compile(r"[^\n]*\S")
_ENUMERATION = re.compile(r"\(\w{1,2}\)")


def tell_unlinked(sentences: Sequence[SummarySentence]) -> tuple[str, ...]:
    """Return a note of how many sentences of a summary no passage stands behind, if there are."""
    count = sum(not sentence.links for sentence in sentences)
    if not count:
        return ()
    return (f"{count} of the {len(sentences)} sentences resemble no passage of the text.",)


def _find_sentences(chunk: Chunk) -> Iterator[tuple[int, int]]:
    yield from sentence_spans(chunk.text, language_of(chunk))


def _find_lines(chunk: Chunk) -> Iterator[tuple[int, int]]:
    yield from (line.span() for line in _LINE.finditer(chunk.text))


class SentenceLinker:
    """Links sentences of a summary to the sentences of the chunks that support them.

    `language` is that of the summary. `conversations` are the sources whose lines are turns.
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        *,
        language: Language = ENGLISH,
        conversations: Container[str] = (),
    ) -> None:
        self._chunks = tuple(chunks)
        self._conversations = conversations
        self._values: dict[int, frozenset[str]] = {}
        self._places: list[tuple[Chunk, int, int]] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        for chunk in chunks:
            spans = _find_lines if chunk.source in conversations else _find_sentences
            for start, end in spans(chunk):
                for word in set(fold_words(chunk.text[start:end])):
                    self._holding[word].append(len(self._places))
                self._places.append((chunk, start, end))
        self._vocabulary = SourceVocabulary((chunk.text for chunk in chunks), language=language)

    def is_of(self, chunks: Sequence[Chunk], conversations: Container[str]) -> bool:
        """Whether a linker of these chunks and conversations would give the same links."""
        return self._chunks == tuple(chunks) and self._conversations == conversations

    def link(self, text: str) -> SummarySentence:
        """Return the sentence with its links, best first, and its unsupported names and numbers."""
        return SummarySentence(text, tuple(self._links(text)), self._vocabulary.unsupported(text))

    def supports(self, text: str) -> bool:
        """Whether a sentence of the chunks shares enough words with this one for a link."""
        return next(self._find(text), None) is not None

    def pairs(self, text: str) -> bool:
        """Whether the numbers of a sentence stand where its words do.

        A number may be in any passage that the sentence is linked to, or in one beside it. Where no
        passage has most of the words, nothing can be said, and the result is true. It is true for
        what somebody said in a conversation, too: others answer with the number.
        """
        numbers = find_numbers(_ENUMERATION.sub("", text))
        found = list(self._find(text)) if numbers else []
        if not found or found[0][1] < _ENOUGH_TO_PAIR:
            return True
        if any(self._places[place][0].source in self._conversations for place, _ in found):
            return True
        near = {
            other
            for place, _ in found
            for other in (place - 1, place, place + 1)
            if 0 <= other < len(self._places)
        }
        values = frozenset[str]().union(*map(self._values_at, near))
        return all(number.is_among(values) for number in numbers)

    def _values_at(self, place: int) -> frozenset[str]:
        """Return the values of the numbers of a sentence, which is read for them once."""
        if place not in self._values:
            chunk, start, end = self._places[place]
            self._values[place] = read_number_values([chunk.text[start:end]])
        return self._values[place]

    def _links(self, text: str) -> Iterator[Link]:
        """Yield the link that covers most of the sentence, then those that cover the rest."""
        for place, share in self._find(text):
            chunk, start, end = self._places[place]
            yield Link(
                chunk.source,
                chunk.page,
                chunk.page_label,
                chunk.start + start,
                chunk.start + end,
                round(share, 3),
            )

    def _find(self, text: str) -> Iterator[tuple[int, float]]:
        """Yield the place of each link, with the share of the sentence's words that it adds."""
        missing = {word for word in fold_words(text) if len(self._holding.get(word, ())) > 0}
        absent = sum(1 for word in set(fold_words(text)) if word not in self._holding)
        total = sum(map(self._weight, missing)) + absent * self._weight("")
        if not total:
            return
        covered = 0.0
        for _ in range(_LINKS):
            gains: Counter[int] = Counter()
            for word in missing:
                weight = self._weight(word)
                for place in self._holding[word]:
                    gains[place] += weight  # type: ignore[assignment]  # weights are fractions
            if not gains:
                return
            best = max(gains, key=lambda place: (gains[place], -place))
            share = gains[best] / total
            if share < (_ENOUGH_MORE if covered else _ENOUGH):
                return
            covered += share
            yield best, share
            chunk, start, end = self._places[best]
            missing -= set(fold_words(chunk.text[start:end]))
            if covered > 1 - _ENOUGH_MORE:
                return

    def _weight(self, word: str) -> float:
        """Return the weight of a word, which grows with its rarity."""
        return weigh_rarity(len(self._holding.get(word, ())), len(self._places))
