"""The section `questions` of a language: how they are asked, and what answers them looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, Pattern, WordSet

_WORD = re.compile(r"\w+")

AnswerKind = Literal["who", "when", "where", "number", "why", "how", "what", "whether"]
"""What a question asks for; `whether` for yes or no, `what` for anything else."""


@dataclass(frozen=True, slots=True, config=STRICT)
class QuestionRules:
    """Questions: how they are asked, and what answers them looks like.

    Words are in lower case. A pattern meets a question in lower case, except `names`.

    How a question is asked: a question that opens with a word of `yes_no` asks for yes or no. The
    first match of `interrogatives` is the interrogative; the pattern of `kinds` that matches all of
    it gives the kind. Where none does, the noun behind it (the group of `asked_noun`) gives the
    kind, by the sets of `nouns`. `quantities` are questions that ask for a number without saying
    so.

    What answers look like: `numerals` are words for numbers, `fractions` those that are never a
    quantity alone, `bounds` what limits the number after it ("up to"), `months` the names of months
    as they are in the text, in lower case, `dates` other words that are a date, and `date_parts`
    words that may accompany a date. `places`, with upper case as in the text, is a place with its
    preposition, `reasons` are the words that give a reason. `names` are names and numbers of a
    question, but not its first word; `negations` turn it round.

    What a phrase may begin with or follow: `articles`, `openers` (small words that may open an
    answer), `place_prepositions`.

    `refusals` is how models say, at the start of a reply, that they found no answer.
    """

    yes_no: WordSet
    interrogatives: Pattern
    kinds: Mapping[AnswerKind, Pattern]
    quantities: Pattern
    asked_noun: Pattern
    nouns: Mapping[AnswerKind, WordSet]
    numerals: WordSet
    fractions: WordSet
    bounds: Pattern
    months: WordSet
    dates: Pattern
    date_parts: WordSet
    places: Pattern
    reasons: Pattern
    names: Pattern
    negations: Pattern
    articles: WordSet
    openers: WordSet
    place_prepositions: WordSet
    refusals: Pattern

    def kind_of(self, question: str) -> AnswerKind:
        """Return the kind of answer that a question asks for."""
        lower = question.lower().strip()
        first, *_ = _WORD.findall(lower) or [""]
        if first in self.yes_no:
            return "whether"
        asked = self.interrogatives.search(lower)
        if asked is None:
            return "what"
        if self.quantities.search(lower):
            return "number"
        for kind, pattern in self.kinds.items():
            if pattern.fullmatch(asked.group()):
                return kind
        noun = self.asked_noun.search(lower)
        for kind, words in self.nouns.items():
            if noun and noun.group(1) in words:
                return kind
        return "what"

    def is_number(self, word: str) -> bool:
        """Return whether a word is a number, in digits or in letters."""
        return any(map(str.isdigit, word)) or word.lower() in self.numerals

    def is_date(self, word: str) -> bool:
        """Return whether a word is a date or a part of one."""
        lower = word.lower()
        if lower in self.months:
            return word[0].isupper()  # "may" is no month
        return bool(self.dates.fullmatch(lower))
