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
from quoth.text import ENGLISH, Language, SourceVocabulary, fold_words, weigh_rarity
from quoth.text import find_sentences as sentence_spans
from quoth.types import Chunk

_ENOUGH = 0.3
"""The weighted share of a sentence's words that its first link must cover."""

_ENOUGH_MORE = 0.15
"""The weighted share that each further link must add."""

_LINKS = 3
_LINE = re.compile(r"[^\n]*\S")


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
        self._places: list[tuple[Chunk, int, int]] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        for chunk in chunks:
            spans = _find_lines if chunk.source in conversations else _find_sentences
            for start, end in spans(chunk):
                for word in set(fold_words(chunk.text[start:end])):
                    self._holding[word].append(len(self._places))
                self._places.append((chunk, start, end))
        self._vocabulary = SourceVocabulary((chunk.text for chunk in chunks), language=language)

    def link(self, text: str) -> SummarySentence:
        """Return the sentence with its links, best first, and its unsupported names and numbers."""
        return SummarySentence(text, tuple(self._links(text)), self._vocabulary.unsupported(text))

    def supports(self, text: str) -> bool:
        """Whether a sentence of the chunks shares enough words with this one for a link."""
        return next(self._links(text), None) is not None

    def _links(self, text: str) -> Iterator[Link]:
        """Yield the link that covers most of the sentence, then those that cover the rest."""
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
            chunk, start, end = self._places[best]
            yield Link(
                chunk.source,
                chunk.page,
                chunk.page_label,
                chunk.start + start,
                chunk.start + end,
                round(share, 3),
            )
            missing -= set(fold_words(chunk.text[start:end]))
            if covered > 1 - _ENOUGH_MORE:
                return

    def _weight(self, word: str) -> float:
        """Return the weight of a word, which grows with its rarity."""
        return weigh_rarity(len(self._holding.get(word, ())), len(self._places))
