"""The section `questions` of a language: the forms of questions and of their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import NEVER, STRICT, Pattern, WordSet

_WORD = re.compile(r"\w+")

AnswerKind = Literal["who", "when", "where", "number", "why", "how", "what", "whether"]
"""The kind of answer to a question: `whether` is yes or no, `what` is anything else."""


@dataclass(frozen=True, slots=True, config=STRICT)
class QuestionRules:
    """The forms of questions and of their answers.

    Words are in lower case. Patterns are matched against the question in lower case, except
    `names`.

    Forms of questions: a question that begins with a word of `yes_no` asks for yes or no. Otherwise
    the first match of `interrogatives` is its question word, and the pattern of `kinds` that
    matches the whole question word gives the kind. If none matches, the noun after it (the group of
    `asked_noun`) gives the kind, by the sets of `nouns`. `quantities` matches questions for a
    number that name none.

    Forms of answers: `numerals` are words for numbers; `fractions` are those that are never a
    quantity alone. `bounds` matches the words that limit the number after them ("up to"). `months`
    are names of months, `dates` matches other words for dates, and `date_parts` are words that may
    accompany a date. `places` matches a place with its preposition, in the letter case of the text.
    `reasons` matches the start of a reason. `names` matches names and numbers in a question, but
    not its first word. `negations` matches words that negate a question.

    Openings of phrases: `articles`, `openers` (small words that may begin an answer) and
    `place_prepositions`.

    `refusals` matches the start of a reply that finds no answer.
    """

    yes_no: WordSet = frozenset()
    interrogatives: Pattern = NEVER
    kinds: Mapping[AnswerKind, Pattern] = field(default_factory=dict)
    quantities: Pattern = NEVER
    asked_noun: Pattern = NEVER
    nouns: Mapping[AnswerKind, WordSet] = field(default_factory=dict)
    numerals: WordSet = frozenset()
    fractions: WordSet = frozenset()
    bounds: Pattern = NEVER
    months: WordSet = frozenset()
    dates: Pattern = NEVER
    date_parts: WordSet = frozenset()
    places: Pattern = NEVER
    reasons: Pattern = NEVER
    names: Pattern = NEVER
    negations: Pattern = NEVER
    articles: WordSet = frozenset()
    openers: WordSet = frozenset()
    place_prepositions: WordSet = frozenset()
    refusals: Pattern = NEVER

    def kind_of(self, question: str) -> AnswerKind:
        """Return the kind of answer that a question asks for."""
        lower = question.lower().strip()
        first, *_ = _WORD.findall(lower) or [""]
        if first in self.yes_no:
            return "whether"
        question_word = self.interrogatives.search(lower)
        if question_word is None:
            return "what"
        if self.quantities.search(lower):
            return "number"
        for kind, pattern in self.kinds.items():
            if pattern.fullmatch(question_word.group()):
                return kind
        noun = self.asked_noun.search(lower)
        for kind, words in self.nouns.items():
            if noun and noun.group(1) in words:
                return kind
        return "what"

    def is_number(self, word: str) -> bool:
        """Whether a word is a number, in digits or in letters."""
        return any(map(str.isdigit, word)) or word.lower() in self.numerals

    def is_date(self, word: str) -> bool:
        """Whether a word is a date or a part of one."""
        lower = word.lower()
        if lower in self.months:
            return word[0].isupper()  # "may" is not a month
        return bool(self.dates.fullmatch(lower))
