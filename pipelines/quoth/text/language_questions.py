"""The section `questions` of a language: the forms of questions and of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import NAMES, NEVER, STRICT, YEARS, Pattern, WordSet

QuestionKind = Literal["who", "when", "where", "number", "why", "how", "what", "whether"]
"""The kind of answer to a question: `whether` is yes or no, `what` is anything else."""


@dataclass(frozen=True, slots=True, config=STRICT)
class QuestionRules:
    """The forms of questions and of their answers.

    Words are in lower case. Patterns are matched against the question in lower case, except
    `names`.

    Forms of questions: `yes_no` matches a question for yes or no. Otherwise the pattern of `kinds`
    that matches first, and of those the one that matches most, gives the kind by the question word.
    If that is `what`, the noun after the question word (the group of `asked_noun`) gives the kind,
    by the sets of `nouns`. `quantities` matches questions for a number without a question word for
    it. A question without a question word is of the kind `what`. `counted_noun` matches a question
    for a number of things, with the things in its group; `percentages` matches the words and the
    sign of a percentage, in a question and in a text.

    Forms of answers: `numerals` are words for numbers; `fractions` are those that are never a
    quantity alone. `bounds` matches the words that limit the number after them ("up to").
    `months` are names of months, which need a capital letter where `capital_months` is true.
    `dates` matches other words for dates, and `date_parts` are words that may accompany a date;
    `years` are the words for a year. `places` matches a place with its preposition, in the
    letter case of the text. `reasons` matches the start of a reason. `names` matches names and
    numbers in a question, but not its first word. `negations` matches words that negate a
    question.

    Openings of phrases: `articles`, `openers` (small words that may begin an answer) and
    `place_prepositions`. `name_links` are the small words within names, needed where every noun
    has a capital letter.

    `several` matches a question that asks for several places, such as a list or a comparison.
    `not_found` is the reply of Quoth when it finds no answer.
    """

    yes_no: Pattern = NEVER
    kinds: Mapping[QuestionKind, Pattern] = field(default_factory=dict)
    quantities: Pattern = NEVER
    asked_noun: Pattern = NEVER
    counted_noun: Pattern = NEVER
    percentages: Pattern = NEVER
    nouns: Mapping[QuestionKind, WordSet] = field(default_factory=dict)
    numerals: WordSet = frozenset()
    fractions: WordSet = frozenset()
    bounds: Pattern = NEVER
    months: WordSet = frozenset()
    capital_months: bool = False
    dates: Pattern = YEARS
    date_parts: WordSet = frozenset()
    years: WordSet = frozenset()
    places: Pattern = NEVER
    reasons: Pattern = NEVER
    names: Pattern = NAMES
    negations: Pattern = NEVER
    several: Pattern = NEVER
    articles: WordSet = frozenset()
    openers: WordSet = frozenset()
    place_prepositions: WordSet = frozenset()
    name_links: WordSet = frozenset()
    not_found: str = "This is not in your documents."

    def kind_of(self, question: str) -> QuestionKind:
        """Return the kind of answer that a question asks for."""
        lower = question.lower().strip()
        if self.yes_no.search(lower):
            return "whether"
        kind = self._kind_by_word(lower)
        if kind is None:
            return "what"
        if self.quantities.search(lower):
            return "number"
        noun = self.asked_noun.search(lower) if kind == "what" else None
        if noun is None:
            return kind
        named = (kind for kind, words in self.nouns.items() if noun.group(1) in words)
        return next(named, "what")

    def _kind_by_word(self, question: str) -> QuestionKind | None:
        """Return the kind whose question word comes first; the longest if several begin there."""
        found = [
            (match.start(), -len(match.group()), kind)
            for kind, pattern in self.kinds.items()
            if (match := pattern.search(question))
        ]
        return min(found)[2] if found else None

    def is_number(self, word: str) -> bool:
        """Whether a word is a number, in digits or in letters."""
        return any(map(str.isdigit, word)) or word.lower() in self.numerals

    def is_date(self, word: str) -> bool:
        """Whether a word is a date or a part of one."""
        lower = word.lower()
        if lower in self.months:
            return word[0].isupper() or not self.capital_months  # "may" is not a month
        return bool(self.dates.fullmatch(lower))
