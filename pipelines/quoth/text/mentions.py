"""Names and numbers of a text, checked against its sources."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from quoth.text.numbers import find_numbers, read_number_values
from quoth.text.sentences import find_sentences

_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
_NAME = re.compile(r"\b[^\W\d_][\w’'\-]*\w")
_OPENING = re.compile(r"[\s\"'“‘«(\[*_#>\-]*")


def fold_words(text: str) -> list[str]:
    """Return the words of a text, case-folded and normalized for comparison."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a number of a text, at the offset `start`."""

    start: int
    text: str
    kind: Literal["name", "number"]
    supported: bool


class SourceVocabulary:
    """The words and numbers of some sources, against which other texts are checked."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._numbers: frozenset[str] = frozenset()
        for text in texts:
            for word in fold_words(text):
                self._words.add(word)
                self._words.update(re.split(r"[’'\-]", word))
            self._numbers |= read_number_values([text])

    def unsupported(self, sentence: str) -> tuple[str, ...]:
        """Return the names and numbers of a sentence that no source has, in order."""
        return tuple(
            dict.fromkeys(
                mention.text for mention in self.mentions(sentence) if not mention.supported
            )
        )

    def share(self, sentence: str) -> float:
        """Return the share of a sentence's words of four letters or more that a source has."""
        words = [word for word in fold_words(sentence) if len(word) > 3]
        return sum(word in self._words for word in words) / len(words) if words else 0.0

    def mentions(self, text: str) -> list[Mention]:
        """Return the names and numbers of a text, in order.

        A capitalized word at the start of a sentence is a name only if another name follows it.
        """
        mentions = [
            Mention(number.start, number.text, "number", number.is_among(self._numbers))
            for number in find_numbers(text)
        ]
        begins = {0} | {end for _, end in self._starts(text)}
        names = [match for match in _NAME.finditer(text) if match[0][0].isupper()]
        for match, follower in zip_longest(names, names[1:]):
            alone = follower is None or follower.start() != match.end() + 1
            if match.start() in begins and alone:
                continue
            mentions.append(Mention(match.start(), match[0], "name", self._knows(match[0])))
        return sorted(mentions, key=lambda mention: (mention.start, mention.text))

    @staticmethod
    def _starts(text: str) -> Iterator[tuple[int, int]]:
        for start, _ in find_sentences(text):
            opening = _OPENING.match(text, start)
            yield start, opening.end() if opening else start

    def _knows(self, name: str) -> bool:
        folded = unicodedata.normalize("NFKC", name).casefold()
        bare = re.sub(r"[’']s?$", "", folded)
        return (
            folded in self._words
            or bare in self._words
            or all(part in self._words for part in re.split(r"[’'\-]", bare))
        )
