"""A reply of "yes" or "no" alone: whether a sentence of the passages says so."""

from __future__ import annotations

from collections.abc import Iterable

from quoth.answer.negations import count_negations, find_opposites
from quoth.answer.passages import Place
from quoth.text import (
    Language,
    count_terms,
    find_numbers,
    is_unspaced,
    read_number_values,
    read_number_words,
)

_FEWEST_SHARED = 0.6
"""The least share of the words of a question in a sentence that answers it with yes or no."""
_FEWEST_PAIRS = 0.3
"""The same in scripts without spaces, for pairs of characters."""


def is_bare(reply: str, language: Language) -> bool:
    """Return whether a reply is "yes" or "no", or another word for these, and nothing else."""
    said = reply.strip().rstrip(".!。！")
    interjections = language.claims.interjections
    return any(
        (found := interjections.match(said + stop)) is not None and found.end() == len(said) + 1
        for stop in ".。"
    )


def find_ground(
    reply: str, question: str, places: Iterable[Place], language: Language
) -> Place | None:
    """Return the place that most of the question stands in, if it says what a bare reply says.

    Negations and opposites tell yes from no, and so does a number of the question that the place
    lacks. Where a condition is told ("unless"), either may be right.
    """
    wanted = count_terms(question, language).keys()
    near = [place for place in _sentences(places) if place.language == language]
    if not wanted or not near:
        return None
    shared = {place: len(wanted & place.terms) / len(wanted) for place in near}
    best = max(near, key=lambda place: (shared[place], -len(place.text)))
    if shared[best] < _least_share(wanted):
        return None
    values = best.numbers | read_number_words(best.text)
    has_numbers = all(number.is_among(values) for number in find_numbers(question))
    says_so = _says_so(
        reply, question, best.text, language, has_numbers, is_whole=shared[best] == 1
    )
    return best if says_so else None


def split_interjection(claim: str, language: Language) -> tuple[str, str]:
    """Return the "yes" or "no" before a claim, and the claim without it."""
    found = language.claims.interjections.match(claim)
    return (claim[: found.end()], claim[found.end() :]) if found else ("", claim)


def is_turned_round(reply: str, question: str, statement: str, language: Language) -> bool:
    """Whether "yes" or "no" is the opposite of the statement behind it, as far as words tell.

    "Yes" is, before "Dogs are forbidden in the hut", for the question whether they are allowed.
    """
    wanted = count_terms(question, language).keys()
    terms = count_terms(statement, language).keys()
    if not wanted or len(wanted & terms) < _least_share(wanted) * len(wanted):
        return False
    values = read_number_values([statement]) | read_number_words(statement)
    has_numbers = all(number.is_among(values) for number in find_numbers(question))
    is_whole = wanted <= terms
    return not _says_so(reply, question, statement, language, has_numbers, is_whole=is_whole)


def _says_so(
    reply: str,
    question: str,
    statement: str,
    language: Language,
    has_numbers: bool,
    *,
    is_whole: bool,
) -> bool:
    """Whether a statement answers a question with what a bare reply says.

    `has_numbers` is whether it has those of the question, `is_whole` whether it has all its words.
    """
    if language.claims.conditions.search(statement):
        return True
    is_denied = bool(language.claims.noes.search(reply))
    turns = (count_negations(question, language) - count_negations(statement, language)) % 2
    opposed = any(find_opposites(question, statement, language, besides_reversals=True))
    agrees = bool(turns) == opposed
    return not (agrees and has_numbers and is_whole) if is_denied else agrees and has_numbers


def _least_share(wanted: Iterable[str]) -> float:
    return _FEWEST_PAIRS if any(map(is_unspaced, wanted)) else _FEWEST_SHARED


def _sentences(places: Iterable[Place]) -> list[Place]:
    """Return the places that hold no other one: sentences alone."""
    known = list(places)
    return [
        place
        for place in known
        if not any(
            other.chunk is place.chunk
            and other != place
            and place.start <= other.start
            and other.end <= place.end
            for other in known
        )
    ]
