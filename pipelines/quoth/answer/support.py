"""Whether a place in an excerpt supports a claim: by its numbers, names, units and words.

Words can only refute a claim, or fail to. So a claim is supported when nothing of it is missing
from one place, and nothing there contradicts it; what holds nothing to compare is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from quoth.answer.sentences import language_of
from quoth.text import (
    ENGLISH,
    ClaimRules,
    Language,
    Number,
    SourceVocabulary,
    count_terms,
    find_names,
    find_numbers,
    find_sentences,
    find_unit,
    fold_words,
    read_number_values,
)
from quoth.types import Chunk

FEWEST_SHARED = 0.5
"""The least share of the words of a claim that a place has, for both to be about the same."""
_LONG = 400
_MOST_LINES = 3
_NEAR = 40
"""The characters around a number in which words tell what it measures."""


@dataclass(frozen=True)
class Place:
    """One or two sentences of a chunk, with offsets on its page, in a language."""

    chunk: Chunk
    start: int
    end: int
    language: Language = ENGLISH

    @property
    def text(self) -> str:
        """The text of the place."""
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]

    @cached_property
    def context(self) -> str:
        """The title and the headings that the place stands under."""
        return "\n".join((self.chunk.title, *self.chunk.headings))

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of the place, its title and its headings."""
        return frozenset(count_terms(f"{self.context}\n{self.text}", self.language))

    @cached_property
    def vocabulary(self) -> SourceVocabulary:
        """The words and numbers of the place, its title and its headings."""
        return SourceVocabulary([self.text, self.context], language=self.language)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a place fits a claim: the share of its words there, and what speaks against it."""

    place: Place
    share: float
    against: tuple[str, ...] = ()

    @property
    def supports(self) -> bool:
        """Whether the place supports the claim."""
        return not self.against and self.share >= FEWEST_SHARED


def find_places(chunk: Chunk, language: Language) -> Iterator[Place]:
    """Yield the places of a chunk: each sentence, and each two sentences together."""
    spans = [
        (chunk.start + start, chunk.start + end)
        for sentence in find_sentences(chunk.text, language)
        for start, end in _cut_lines(chunk.text, *sentence)
    ]
    for index, (start, end) in enumerate(spans):
        yield Place(chunk, start, end, language)
        if index + 1 < len(spans):
            yield Place(chunk, start, spans[index + 1][1], language)


def fit_claim(claim: str, question: str, place: Place, spoken: Language) -> Fit:
    """Return how well a place fits a claim in a language, which answers a question."""
    against = (
        *_missing_numbers(claim, question, place),
        *_missing_names(claim, question, place, spoken),
        *_other_units(claim, place.text),
        *_other_bounds(claim, place.text, spoken, place.language),
    )
    if spoken == place.language:
        against += (
            *_other_dimensions(claim, place.text, spoken.claims),
            *_opposites(claim, place.text, spoken.claims),
            *_negation(claim, place.text, spoken),
        )
    return Fit(place, _share(claim, question, place, spoken), against)


def _share(claim: str, question: str, place: Place, spoken: Language) -> float:
    """Return the share of the claim's words that the place has.

    Between two languages it is that of the numbers and names: 1 or 0.
    """
    if spoken != place.language:
        return float(bool(place.vocabulary.mentions(claim)))
    asked = count_terms(question, place.language)
    terms = count_terms(claim, place.language)
    new = [term for term in terms if term not in asked]
    wanted = new or list(terms)
    return sum(term in place.terms for term in wanted) / len(wanted) if wanted else 0.0


def _missing_numbers(claim: str, question: str, place: Place) -> Iterator[str]:
    """Yield the numbers that neither the place nor its headings have."""
    asked = read_number_values([question])
    around = read_number_values([place.chunk.text])
    here = read_number_values([place.text, place.context])
    for number in find_numbers(claim):
        if not number.is_among(here) and not (number.is_among(asked) and number.is_among(around)):
            yield f"number {number.text}"


def _missing_names(claim: str, question: str, place: Place, spoken: Language) -> Iterator[str]:
    """Yield the names that neither the place nor its headings have.

    Those of the question may stand elsewhere in the excerpt.
    """
    if spoken != place.language and not _share_script(claim, place.text):
        return
    asked = set(fold_words(question))
    around = SourceVocabulary([place.chunk.text, place.context], language=place.language)
    unknown = place.vocabulary.unsupported(claim)
    elsewhere = set(around.unsupported(claim))
    for start, end in find_names(claim, spoken):
        name = claim[start:end]
        is_asked = asked.issuperset(fold_words(name))
        if name in unknown and not (is_asked and name not in elsewhere):
            yield f"name {name}"


def _share_script(first: str, second: str) -> bool:
    return first.isascii() == second.isascii() or not (first.isascii() or second.isascii())


def _other_units(claim: str, text: str) -> Iterator[str]:
    """Yield the numbers that have another unit in the place than in the claim."""
    found = list(find_numbers(text))
    for number in find_numbers(claim):
        unit = find_unit(claim, number)
        units = {find_unit(text, other) for other in found if _is_equal(number, other)}
        if unit and units and "" not in units and unit not in units:
            yield f"unit {number.text} {unit}"


def _other_bounds(claim: str, text: str, spoken: Language, written: Language) -> Iterator[str]:
    """Yield the numbers that are a bound in the claim, and the opposite bound in the place."""
    for number, other in _equal_numbers(claim, text):
        ours = _bound(claim, number, spoken.claims)
        theirs = _bound(text, other, written.claims)
        if ours and theirs and ours != theirs:
            yield f"{ours} {number.text}"


def _bound(text: str, number: Number, rules: ClaimRules) -> str:
    before = text[max(0, number.start - _NEAR) : number.start]
    before = before.rstrip("€$£¥ ")
    if rules.less.search(before):
        return "less than"
    return "more than" if rules.more.search(before) else ""


def _other_dimensions(claim: str, text: str, rules: ClaimRules) -> Iterator[str]:
    """Yield the numbers that measure something else in the place than in the claim."""
    for number in find_numbers(claim):
        ours = _dimensions(claim, number, rules)
        equal = [other for other in find_numbers(text) if _is_equal(number, other)]
        theirs = [_dimensions(text, other, rules) for other in equal]
        if ours and theirs and all(theirs) and not any(ours & others for others in theirs):
            yield f"dimension {number.text}"


def _dimensions(text: str, number: Number, rules: ClaimRules) -> frozenset[int]:
    """Return what a number measures, by the words in its part of the sentence."""
    end = number.start + len(number.text)
    before = re.split(rules.joints, text[: number.start])[-1]
    after = re.split(rules.joints, text[end:])[0]
    part = before[-_NEAR:] + " " + after[:_NEAR]
    return frozenset(
        index for index, pattern in enumerate(rules.dimensions) if pattern.search(part)
    )


def _opposites(claim: str, text: str, rules: ClaimRules) -> Iterator[str]:
    """Yield the words of a claim of which the place has only the opposite."""
    for pair in rules.opposites:
        ours = [bool(pattern.search(claim)) for pattern in pair]
        theirs = [bool(pattern.search(text)) for pattern in pair]
        if any(ours) and any(theirs) and ours == [not has for has in theirs]:
            yield "opposite"


def _negation(claim: str, text: str, language: Language) -> Iterator[str]:
    """Yield a word when the claim is negated and what the place says of it is not, or reversely."""
    rules = language.claims
    terms = count_terms(claim, language).keys()
    ours = bool(rules.negations.search(claim))
    parts = [part for part in re.split(rules.joints, text) if part.strip()]
    shared = [len(terms & count_terms(part, language).keys()) for part in parts]
    best = max(shared, default=0)
    near = [part for part, count in zip(parts, shared, strict=True) if count and count == best]
    negated = [bool(rules.negations.search(part)) for part in near]
    anywhere = bool(rules.negations.search(text))
    if (ours and not anywhere) or (not ours and negated and all(negated)):
        yield "negation"


def _equal_numbers(claim: str, text: str) -> Iterator[tuple[Number, Number]]:
    others = list(find_numbers(text))
    for number in find_numbers(claim):
        for other in others:
            if _is_equal(number, other):
                yield number, other


def _is_equal(first: Number, second: Number) -> bool:
    return not set(first.readings).isdisjoint(second.readings)


def _cut_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of what is no sentence, such as a table; else the sentence as it is."""
    inside = text[start:end]
    if end - start < _LONG and inside.count("\n") < _MOST_LINES:
        yield start, end
        return
    for line in re.finditer(r"[^\n]*\S[^\n]*", inside):
        yield start + line.start(), start + line.end()


def find_support(
    claim: str, question: str, chunks: Sequence[Chunk], *, language: Language = ENGLISH
) -> Fit | None:
    """Return the place in the chunks that fits a claim best; `None` if they hold no text.

    `language` is that of the claim, and of the chunks that tell none.
    """
    fits = [
        fit_claim(claim, question, place, language)
        for chunk in chunks
        for place in find_places(chunk, language_of(chunk, language))
    ]
    return max(fits, key=lambda fit: (fit.supports, fit.share), default=None)
