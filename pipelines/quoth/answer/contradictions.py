"""What speaks against a claim in a passage: numbers, names, units and words that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quoth.answer.measures import find_dimensions, is_equal, part_around
from quoth.answer.negations import find_negations
from quoth.answer.passages import Passage
from quoth.answer.subjects import find_exchanged_roles, find_other_subjects
from quoth.text import (
    ClaimRules,
    Language,
    Number,
    find_names,
    find_numbers,
    find_other_halves,
    find_unit,
    fold_words,
    read_number_values,
    read_number_words,
    split_words,
)

_RATE = re.compile(
    r"(?i)\b(?:a|an|per|each|every|pro|je|im|jede[nrs]?|al|por|cada|par|chaque)\b|[每/]"
)
"""The words before the unit of a rate."""
_NEAR = 40
"""The characters around a number in which words tell what it measures."""


def find_contradictions(
    claim: str, question: str, passage: Passage, spoken: Language
) -> tuple[str, ...]:
    """Return what speaks against a claim: what the passage lacks, and what it says differently.

    `spoken` is the language of the claim, which answers the question. Words are compared where the
    passage is in the same language.
    """
    found = (
        *_missing_numbers(claim, question, passage, spoken),
        *_missing_names(claim, question, passage, spoken),
        *_other_units(claim, passage.text, spoken),
        *_other_rates(claim, passage.text),
        *(f"time {time}" for time in find_other_halves(claim, passage.text)),
        *_other_bounds(claim, passage, spoken),
    )
    if found or spoken != passage.language:
        return found
    return (
        *_other_dimensions(claim, question, passage.text, spoken.claims),
        *find_other_subjects(claim, question, passage.text, spoken),
        *find_exchanged_roles(claim, passage.text, spoken),
        *_other_members(claim, passage, spoken),
        *find_negations(claim, question, passage.text, spoken),
    )


def _missing_numbers(
    claim: str, question: str, passage: Passage, spoken: Language
) -> Iterator[str]:
    """Yield the numbers that the passage lacks, in digits and in words.

    Those asked for may stand around it, or only be compared with.
    """
    asked = read_number_values([question])
    here = passage.values_for(claim)
    for number in find_numbers(claim):
        if number.is_among(here):
            continue
        is_compared = bool(_bound(claim, number, spoken.claims))
        if not (number.is_among(asked) and (is_compared or number.is_among(passage.around))):
            yield f"number {number.text}"


def _missing_names(claim: str, question: str, passage: Passage, spoken: Language) -> Iterator[str]:
    """Yield the names that the passage lacks; those of the question may stand around it."""
    names = [claim[start:end] for start, end in find_names(claim, spoken)]
    is_translated = spoken != passage.language
    tells_names = spoken.words.capital_names and _share_script(claim, passage.text)
    if not names or (is_translated and not tells_names):
        return
    unknown = set(passage.vocabulary.unsupported(claim))
    asked = set(fold_words(question))
    elsewhere = set(passage.wide_vocabulary.unsupported(claim))
    for name in names:
        is_asked = asked.issuperset(fold_words(name))
        if name in unknown and not (is_asked and name not in elsewhere):
            yield f"name {name}"


def _share_script(first: str, second: str) -> bool:
    return first.isascii() == second.isascii()


def _other_units(claim: str, text: str, spoken: Language) -> Iterator[str]:
    """Yield the numbers that have another unit in the passage than in the claim."""
    found = list(find_numbers(text))
    for number in find_numbers(claim):
        unit = find_unit(claim, number)
        units = {find_unit(text, other) for other in found if is_equal(number, other)}
        if unit and units and "" not in units and unit not in units:
            yield f"unit {number.text} {unit}"
    ours, theirs = _numeral_units(claim, spoken), _numeral_units(text, spoken)
    for numeral, units in ours.items():
        if numeral in theirs and "" not in units | theirs[numeral] and not units & theirs[numeral]:
            yield f"unit {numeral}"


def _other_rates(claim: str, text: str) -> Iterator[str]:
    """Yield the unit of a rate, such as "a month", for which the passage only has others."""
    ours, theirs = _rates(claim), _rates(text)
    if ours and theirs and not ours & theirs:
        yield f"rate {min(ours)}"


def _rates(text: str) -> set[str]:
    units = {find_unit(text, Number(m.start(), m[0], ())) for m in _RATE.finditer(text)}
    return units - {""}


def _numeral_units(text: str, language: Language) -> dict[str, set[str]]:
    """Return the units behind the numerals of a text: "three weeks"."""
    units: dict[str, set[str]] = {}
    for word in re.finditer(r"[^\W\d_]+", text):
        if word[0].lower() in language.questions.numerals:
            unit = find_unit(text, Number(word.start(), word[0], ()))
            units.setdefault(word[0].lower(), set()).add(unit)
    return units


def _other_bounds(claim: str, passage: Passage, spoken: Language) -> Iterator[str]:
    """Yield the numbers that are a bound in the claim, and the opposite bound in the passage."""
    others = list(find_numbers(passage.text))
    for number in find_numbers(claim):
        ours = _bound(claim, number, spoken.claims)
        theirs = {
            _bound(passage.text, other, passage.language.claims)
            for other in others
            if is_equal(number, other)
        }
        if ours and theirs and ours not in theirs and "" not in theirs:
            yield f"{ours} {number.text}"


def _bound(text: str, number: Number, rules: ClaimRules) -> str:
    before = text[max(0, number.start - _NEAR) : number.start].rstrip("€$£¥ ")
    if rules.less.search(before):
        return "less than"
    return "more than" if rules.more.search(before) else ""


def _other_dimensions(claim: str, question: str, text: str, rules: ClaimRules) -> Iterator[str]:
    """Yield the numbers that measure something else in the passage than in the claim.

    A number without words, such as "312 metres", measures what the question asks for.
    """
    asked = find_dimensions(question, rules)
    for number in find_numbers(claim):
        ours = _dimensions(claim, number, rules) or asked
        equal = [other for other in find_numbers(text) if is_equal(number, other)]
        theirs = [_dimensions(text, other, rules) for other in equal]
        if ours and theirs and all(theirs) and not any(ours & others for others in theirs):
            yield f"dimension {number.text}"


def _dimensions(text: str, number: Number, rules: ClaimRules) -> frozenset[int]:
    """Return what a number measures, by the words in its part of the sentence."""
    return find_dimensions(part_around(text, number, rules), rules)


def _other_members(claim: str, passage: Passage, language: Language) -> Iterator[str]:
    """Yield the months, days and numerals of a claim in whose place the passage has another one."""
    ours, theirs = set(split_words(claim, language)), set(split_words(passage.text, language))
    rules = language.questions
    for members in (rules.months, language.claims.weekdays):
        if (ours - theirs) & members and (theirs - ours) & members:
            yield f"other {min((ours - theirs) & members)}"
    values = passage.values_for(claim)
    missing = {
        word
        for word in ours - theirs
        if _numeral(word) in rules.numerals
        and not language.conversations.references.search(word)
        and not (read_number_words(word) & values)
    }
    known = read_number_values([claim])
    has_digits = any(not n.is_among(known) for n in find_numbers(passage.text))
    if missing and (not has_digits or any(read_number_words(word) for word in missing)):
        yield f"numeral {min(missing)}"


def _numeral(word: str) -> str:
    """Return the numeral in a word such as `zweimal` or `threefold`."""
    return re.sub(r"(?<=\w\w)(?:mal|fach|fold)$", "", word)
