"""Facts of a passage that a claim gives to another subject: values and roles exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quoth.answer.measures import find_dimensions, is_equal, part_around, split_at_joints
from quoth.text import (
    Language,
    Number,
    count_terms,
    find_numbers,
    find_unit,
    read_clock_times,
    read_number_values,
)

_FEWEST_TERMS = 2
"""The fewest words beside a number that tell what it is about; else those of the question do."""


def find_other_subjects(claim: str, question: str, text: str, language: Language) -> Iterator[str]:
    """Yield the numbers whose words stand with another number in the text.

    "At a height of 312 metres" has the words of the height, and the number of the length. The
    words of a number are those of its part of the sentence, of its row or of its item.
    """
    numbers = list(find_numbers(text))
    known = read_number_values([claim])
    rules = language.claims
    ours = list(find_numbers(claim))
    words_of = [_terms(part_around(claim, number, rules), language) for number in ours]
    are_apart = all(words_of) and len(set(words_of)) == len(ours)
    for number, words in zip(ours, words_of, strict=True):
        is_short = len(words) < _FEWEST_TERMS
        if is_short:
            words |= _terms(question, language)

        def count_shared(parts: list[str], words: frozenset[str] = words) -> int:
            return max((len(words & _terms(part, language)) for part in parts), default=0)

        same = [part_around(text, n, rules) for n in numbers if is_equal(number, n)]
        others = [
            part_around(text, n, rules)
            for n in numbers
            if not n.is_among(known) and _is_time(n) == _is_time(number)
        ]
        if are_apart and any(_terms(part, language) - words for part in same):
            rivals = [n for n in numbers if _is_rival(claim, number, text, n)]
            others += [part_around(text, n, rules) for n in rivals]
        measured = find_dimensions(part_around(claim, number, rules), rules)
        agrees = _have(measured, same, language) and not _have(measured, others, language)
        if same and count_shared(others) > count_shared(same) + is_short and not agrees:
            yield f"other {number.text}"


def _terms(text: str, language: Language) -> frozenset[str]:
    return frozenset(count_terms(text, language))


def _is_time(number: Number) -> bool:
    return bool(read_clock_times(number.text))


def _is_rival(claim: str, number: Number, text: str, other: Number) -> bool:
    """Return whether another number of the text may stand for one of the claim, by its unit."""
    return not is_equal(number, other) and find_unit(claim, number) == find_unit(text, other) != ""


def _have(measured: frozenset[int], parts: list[str], language: Language) -> bool:
    """Return whether one of the parts measures the same."""
    return any(measured & find_dimensions(part, language.claims) for part in parts)


def find_exchanged_roles(claim: str, text: str, language: Language) -> Iterator[str]:
    """Yield the word before the one who acts, where the text has both the other way round.

    "The firm is inspected by the cables" exchanges "the cables are inspected by the firm".
    """
    acting = language.claims.agents
    said = [roles for part in split_at_joints(text, language) for roles in _roles(part, language)]
    for part in split_at_joints(claim, language):
        for word in acting.finditer(part):
            done, actor = _sides(part, word, language)
            for other_done, other_actor in said:
                now_acting, now_done = actor - other_actor, done - other_done
                if now_done & other_actor and len(now_acting & other_done) * 2 > len(now_acting):
                    yield f"role {word[0].strip()}"


def _roles(part: str, language: Language) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for word in language.claims.agents.finditer(part):
        yield _sides(part, word, language)


def _sides(
    part: str, word: re.Match[str], language: Language
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the terms before and behind a word."""
    before, after = part[: word.start()], part[word.end() :]
    return _terms(before, language), _terms(after, language)
