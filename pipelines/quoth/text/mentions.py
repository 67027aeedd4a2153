"""Names and numbers of a text, checked against its sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from quoth.text.language import ENGLISH, Language
from quoth.text.letters import fold_letters
from quoth.text.names import find_names
from quoth.text.numbers import find_numbers, read_number_values
from quoth.text.scripts import is_unspaced
from quoth.text.words import analyse, fold_words

_INSIDE = re.compile(r"[’'\-]")
_APOSTROPHE = re.compile("[’']")
_SHORTEST_HEAD = 3
"""The letters of a name before an apostrophe with an ending, as in Turkish."""
_SHORTEST_STEM = 4
_LONG_WORD = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a number of a text, at the offset `start`."""

    start: int
    text: str
    kind: Literal["name", "number"]
    supported: bool


class SourceVocabulary:
    """The words and numbers of some sources, against which texts of a language are checked."""

    def __init__(self, texts: Iterable[str], *, language: Language = ENGLISH) -> None:
        self._language = language
        read = [_read(text, language) for text in texts]
        self._words = frozenset[str]().union(*(words for words, _, _ in read))
        self._stems = frozenset[str]().union(*(stems for _, stems, _ in read))
        self._numbers = frozenset[str]().union(*(numbers for _, _, numbers in read))

    def unsupported(self, sentence: str) -> tuple[str, ...]:
        """Return the names and numbers of a sentence that no source has, in order."""
        return tuple(
            dict.fromkeys(
                mention.text for mention in self.mentions(sentence) if not mention.supported
            )
        )

    def share(self, sentence: str) -> float:
        """Return the share of a sentence's longer words that a source has.

        They are the words of four letters or more; in scripts without spaces, all pairs of
        characters.
        """
        words = [
            word for word in fold_words(sentence) if len(word) >= _LONG_WORD or is_unspaced(word)
        ]
        return sum(word in self._words for word in words) / len(words) if words else 0.0

    def mentions(self, text: str) -> list[Mention]:
        """Return the names and numbers of a text, in order."""
        found = [
            Mention(number.start, number.text, "number", number.is_among(self._numbers))
            for number in find_numbers(text)
        ]
        for start, end in find_names(text, self._language):
            name = text[start:end]
            found.append(Mention(start, name, "name", self._knows(name)))
        return sorted(found, key=lambda mention: (mention.start, mention.text))

    def _knows(self, name: str) -> bool:
        """Whether a source has a name, perhaps in another case or with another ending."""
        head = _APOSTROPHE.split(name)[0]
        written = (name, head) if len(head) >= _SHORTEST_HEAD else (name,)
        return any(self._has(word) or self._has_stem(word) for word in written)

    def _has(self, name: str) -> bool:
        words = [part for word in fold_words(name) for part in _INSIDE.split(word)]
        return self._words.issuperset(fold_words(name)) or self._words.issuperset(words)

    def _has_stem(self, name: str) -> bool:
        """Whether a source has the stem of a name, or one that more endings were taken from."""
        stems = analyse(name, self._language)
        if self._stems.issuperset(stems):
            return True
        shorter = (stems[0][:size] for size in range(_SHORTEST_STEM, len(stems[0])))
        inflected = len(stems) == 1 and stems[0] != fold_letters(fold_words(name)[0])
        return inflected and not self._stems.isdisjoint(shorter)


@lru_cache(maxsize=32)
def _read(text: str, language: Language) -> tuple[frozenset[str], ...]:
    """Return the words of a source, their stems, and the values of its numbers.

    The answers to a call are checked against what it has read, and so is the whole summary.
    """
    words: set[str] = set()
    for word in fold_words(text):
        words.add(word)
        words.update(word if is_unspaced(word) else _INSIDE.split(word))
    return frozenset(words), frozenset(analyse(text, language)), read_number_values([text])
