"""Runs of words of a sentence between natural borders, and their features."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from quoth.text import Language, is_stop_word, lexemes, stem

MAX_WORDS = 12
_DECAY = 0.7
"""The exponent of the distance by which the weight of a question's term is divided."""
_SECTION_NUMBER = re.compile(r"\s*(?:\d+\.)*\d+\.?\s+(?=[A-Z])")
_LINKING = frozenset(",()\"'-–%$£€")


class SentenceRuns:
    """A sentence as words and signs, each with the facts that describe a run of them.

    `rarity` is that of the question's stems. `words`, `starts`, `ends` and `stems` have an
    item for each word or sign.
    """

    def __init__(self, sentence: str, language: Language, rarity: Mapping[str, float]) -> None:
        self._rules = rules = language.questions
        section = _SECTION_NUMBER.match(sentence)
        matches = lexemes(sentence, section.end() if section else 0)
        self.words = words = [match.group() for match in matches]
        self.starts = [match.start() for match in matches]
        self.ends = [match.end() for match in matches]
        self._lower = [word.lower() for word in words]
        self._is_word = [word[0].isalnum() for word in words]
        self._is_stop = [is_stop_word(word, language) for word in self._lower]
        self.stems = [
            "" if is_stop or not is_word else stem(word, language)
            for word, is_stop, is_word in zip(
                self._lower, self._is_stop, self._is_word, strict=True
            )
        ]
        self._question_weights = [rarity.get(stem, 0.0) for stem in self.stems]
        self._total = sum(self._question_weights) or 1.0
        self._is_upper = [word[0].isupper() for word in words]
        self._is_name = [
            upper and not is_stop
            for upper, is_stop in zip(self._is_upper, self._is_stop, strict=True)
        ]
        self._is_number = [rules.is_number(word) for word in self._lower]
        self._is_date = [rules.is_date(word) for word in words]

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the index of the first and the last word of each run between natural borders."""
        for first in range(len(self._lower)):
            if not self._is_word[first] or not self._may_begin(first):
                continue
            for last in range(first, min(first + MAX_WORDS, len(self._lower))):
                if not self._is_word[last]:
                    if self._lower[last] not in _LINKING:
                        break
                    if self._lower[last] != "%":
                        continue
                elif self._is_stop[last]:
                    continue
                if self._may_end(last):
                    yield first, last

    def numbers_name(self, index: int) -> bool:
        """Return whether a number belongs to a name, a heading or a date.

        Such as "Apollo 8", "2.1 The rent", "30. Juni" or "19. Jahrhundert".
        """
        of_heading = "." in self._lower[index] and self._is_upper[index + 1 : index + 2] == [True]
        of_name = index > 1 and self._is_name[index - 1]
        of_date = self._lower[index + 1 : index + 2] == ["."] and any(
            self._is_date[index + 2 : index + 3]
        )
        return self._is_number[index] and (of_heading or of_name or of_date)

    def describe(self, first: int, last: int) -> dict[str, float] | None:
        """Return the features of a run by name; `None` when it only repeats the question."""
        content = [
            index
            for index in range(first, last + 1)
            if self._is_word[index] and not self._is_stop[index]
        ]
        if all(self._question_weights[index] > 0 for index in content):
            return None
        near, before = self._nearness(first, last)
        words = (last - first + 1) / 10
        previous = self._lower[first - 1] if first else "."
        return {
            "near": near,
            "before": before,
            "repeated weight": sum(self._question_weights[index] for index in content)
            / self._total,
            "words": words,
            "words squared": words**2,
            "log content": math.log(len(content)),
            "capitals": sum(self._is_name[index] for index in content) / len(content),
            "digits": sum(self._is_number[index] for index in content) / len(content),
            "date": float(any(self._is_date[index] for index in content)),
            "cut name": float(self._cuts(self._is_name, first, last)),
            "cut number": float(self._cuts(self._is_number, first, last)),
            "after article": float(previous in self._rules.articles),
            "after place word": float(previous in self._rules.place_prepositions),
            "opens with article": float(self._lower[first] in self._rules.articles),
        }

    def _nearness(self, first: int, last: int) -> tuple[float, float]:
        """Return the nearness of the question's terms to a run, and their share before it."""
        near = before = 0.0
        for index, weight in enumerate(self._question_weights):
            if weight and not first <= index <= last:
                distance = first - index if index < first else index - last
                near += weight / self._total / distance**_DECAY
                before += weight / self._total if index < first else 0.0
        return near, before

    def _cuts(self, flags: list[bool], first: int, last: int) -> bool:
        """Return whether a run begins or ends inside a sequence of words with a flag."""
        return (first > 0 and flags[first - 1] and flags[first]) or (
            last + 1 < len(flags) and flags[last] and flags[last + 1]
        )

    def _may_begin(self, index: int) -> bool:
        if self._is_stop[index] and self._lower[index] not in self._rules.openers:
            return False
        return self._is_border(index - 1) or self._begins_number_or_name(index)

    def _may_end(self, index: int) -> bool:
        return self._is_border(index + 1) or (self._is_name[index] and not self._is_name[index + 1])

    def _begins_number_or_name(self, index: int) -> bool:
        return (self._is_number[index] and not self._is_number[index - 1]) or (
            self._is_name[index] and not self._is_name[index - 1]
        )

    def _is_border(self, index: int) -> bool:
        """Return whether a run may end next to this word: a stop word, a sign, or a question's."""
        if not 0 <= index < len(self._lower):
            return True
        return not self._is_word[index] or self._is_stop[index] or self._question_weights[index] > 0
