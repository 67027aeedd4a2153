"""What in a summary can be checked: names and numbers, and the text that a sentence rests on.

Everything here compares words. It finds what was copied or lightly rewritten, which is what a
summary of facts consists of; a sentence in entirely other words stays without a link.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from pipelines.cite import sentences as sentence_spans
from pipelines.summarize.values import Link, Sentence
from pipelines.types import Chunk

_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/\-]\d+)*")
_NAME = re.compile(r"\b[A-ZÀ-ÞЀ-Я][\w’'\-]*[\w]")
_OPENING = re.compile(r"[\s\"'“‘«(\[*_#>\-]*")

_ENOUGH = 0.3
"""Share of a sentence's words, weighed, that must stand in a place to call it its source."""

_MORE = 0.15
"""Share that a further place must add."""

_LINKS = 3


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded for comparing."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def numbers_of(text: str) -> list[str]:
    """Return the numbers in a text, without separators of thousands."""
    return [_plain(found) for found in _NUMBER.findall(unicodedata.normalize("NFKC", text))]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or number in a text, and whether it stands in what was read."""

    start: int
    text: str
    kind: Literal["name", "number"]
    supported: bool


class Vocabulary:
    """The words and numbers of what was read; tells what a sentence has that they do not."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._numbers: set[str] = set()
        for text in texts:
            for word in words_of(text):
                self._words.add(word)
                self._words.update(re.split(r"[’'\-]", word))
            for number in numbers_of(text):
                self._numbers.add(number)
                self._numbers.update(re.split(r"[,:/\-]", number))

    def unsupported(self, sentence: str) -> tuple[str, ...]:
        """Return the names and numbers of a sentence that were not read, in order."""
        return tuple(
            dict.fromkeys(found.text for found in self.mentions(sentence) if not found.supported)
        )

    def share(self, sentence: str) -> float:
        """Return the share of a sentence's longer words that were read."""
        words = [word for word in words_of(sentence) if len(word) > 3]
        return sum(word in self._words for word in words) / len(words) if words else 0.0

    def mentions(self, text: str) -> list[Mention]:
        """Return the names and numbers of a text, in order.

        A capital letter at the start of a sentence makes no name, unless another name follows it.
        """
        found = [
            Mention(match.start(), match[0], "number", self._holds(match[0]))
            for match in _NUMBER.finditer(text)
        ]
        begins = {0} | {end for _, end in self._starts(text)}
        names = list(_NAME.finditer(text))
        for match, follower in zip_longest(names, names[1:]):
            alone = follower is None or follower.start() != match.end() + 1
            if match.start() in begins and alone:
                continue
            found.append(Mention(match.start(), match[0], "name", self._knows(match[0])))
        return sorted(found, key=lambda mention: (mention.start, mention.text))

    @staticmethod
    def _starts(text: str) -> Iterator[tuple[int, int]]:
        for start, _ in sentence_spans(text):
            opening = _OPENING.match(text, start)
            yield start, opening.end() if opening else start

    def _holds(self, number: str) -> bool:
        return _plain(unicodedata.normalize("NFKC", number)) in self._numbers

    def _knows(self, name: str) -> bool:
        folded = unicodedata.normalize("NFKC", name).casefold()
        bare = re.sub(r"[’']s?$", "", folded)
        return (
            folded in self._words
            or bare in self._words
            or all(part in self._words for part in re.split(r"[’'\-]", bare))
        )


class Evidence:
    """Finds, for a sentence of a summary, the places in the chunks that it rests on."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._places: list[tuple[Chunk, int, int]] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        for chunk in chunks:
            for start, end in sentence_spans(chunk.text):
                for word in set(words_of(chunk.text[start:end])):
                    self._holding[word].append(len(self._places))
                self._places.append((chunk, start, end))
        self._vocabulary = Vocabulary(chunk.text for chunk in chunks)

    def sentence(self, text: str) -> Sentence:
        """Return the sentence with its links, best first, and what in it is unsupported."""
        return Sentence(text, tuple(self._links(text)), self._vocabulary.unsupported(text))

    def supports(self, text: str) -> bool:
        """Tell whether some place holds enough of the sentence to be where it comes from."""
        return next(self._links(text), None) is not None

    def _links(self, text: str) -> Iterator[Link]:
        """Yield the places that hold most of the sentence, then those that hold the rest of it."""
        missing = {word for word in words_of(text) if len(self._holding.get(word, ())) > 0}
        absent = sum(1 for word in set(words_of(text)) if word not in self._holding)
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
            if share < (_MORE if covered else _ENOUGH):
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
            missing -= set(words_of(chunk.text[start:end]))
            if covered > 1 - _MORE:
                return

    def _weight(self, word: str) -> float:
        """Return how much a word tells: rare ones more, those in every sentence almost nothing."""
        return math.log(1 + len(self._places) / (1 + len(self._holding.get(word, ()))))


def _plain(number: str) -> str:
    return re.sub(r",(?=\d{3}(?!\d))", "", number)
