"""The section `claims` of a language: the words by which two statements contradict each other."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import NEVER, STRICT, Pattern, WordSet


@dataclass(frozen=True, slots=True, config=STRICT)
class ClaimRules:
    """The words by which two statements contradict each other.

    `negations` matches a word that negates a statement, `reversals` another one that turns it round
    ("forbidden", "unless"), `conditions` the words before what it depends on ("without", "only
    with"). `joints` matches what separates two parts of a sentence, `agents` the word before the
    one who acts ("by"). `interjections` matches a word before a statement that is no part of it
    ("No, …"), `noes` those of them that deny. `more` and `less` match words that make a number a
    lower or an upper bound. `dimensions` are patterns for what a number measures, one for each
    ("high", "long"), and `opposites` pairs of patterns for words that exclude each other ("before",
    "after"). `weekdays` are the names of days, in lower case.
    """

    negations: Pattern = NEVER
    reversals: Pattern = NEVER
    conditions: Pattern = NEVER
    joints: Pattern = NEVER
    agents: Pattern = NEVER
    interjections: Pattern = NEVER
    noes: Pattern = NEVER
    more: Pattern = NEVER
    less: Pattern = NEVER
    dimensions: tuple[Pattern, ...] = ()
    opposites: tuple[tuple[Pattern, Pattern], ...] = ()
    weekdays: WordSet = frozenset()
