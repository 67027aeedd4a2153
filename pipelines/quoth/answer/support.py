"""Whether excerpts support a claim, by its numbers, names, units and words.

Words can refute a claim, or fail to. So a claim is supported when nothing of it is missing from one
passage, and nothing there contradicts it; a claim with nothing to compare is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quoth.answer.contradictions import find_contradictions
from quoth.answer.passages import Passage, Place, find_places
from quoth.answer.sentences import language_of
from quoth.text import (
    ENGLISH,
    Language,
    count_terms,
    find_numbers,
    strip_measures,
)
from quoth.types import Chunk

FEWEST_SHARED = 0.5
"""The least share of the words of a claim that a passage has, for both to be about the same."""
_MOST_CHECKED = 4
"""The most places that are checked one by one, those that share most words first."""
_PART_SHARED = 0.75
"""The least share for a part of a claim, which has fewer words."""
_FEWEST_TERMS = 3
"""The fewest words of a part of a claim that is looked up alone."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a passage fits a claim: the share of its words there, and what speaks against it."""

    passage: Passage
    share: float
    against: tuple[str, ...] = ()

    def holds_fact_of(self, claim: str) -> bool:
        """Whether the passage has a number or a name of the claim, and nothing against it."""
        return not self.against and any(
            mention.supported for mention in self.passage.vocabulary.mentions(claim)
        )

    def covers(self, claim: str) -> float:
        """Return the share of all words of a claim in the passage, those of the question too."""
        terms = count_terms(strip_measures(claim), self.passage.language)
        found = sum(term in self.passage.terms for term in terms)
        return min(self.share, found / len(terms)) if terms else self.share

    @property
    def contradicts(self) -> bool:
        """Whether the passage says something else, rather than lacks a part of the claim."""
        lacks = any(fault.startswith(("number", "numeral", "name")) for fault in self.against)
        return bool(self.against) and not lacks

    @property
    def supports(self) -> bool:
        """Whether the passage supports the claim."""
        return not self.against and self.share >= FEWEST_SHARED


class SupportFinder:
    """Finds the passages of `chunks` that support the claims of an answer to `question`.

    `language` is that of question and answer, and of chunks that tell none.
    """

    def __init__(
        self, question: str, chunks: Sequence[Chunk], *, language: Language = ENGLISH
    ) -> None:
        self.places = [
            place for chunk in chunks for place in find_places(chunk, language_of(chunk, language))
        ]
        self._question = question
        self._language = language

    def find(self, claim: str, chunks: Sequence[Chunk] = ()) -> Fit | None:
        """Return how well the passage that fits a claim best does; `None` without any.

        `chunks` are those that the claim cites; without, all are searched. A passage is one place,
        or the few places that the claim puts together.
        """
        cited = {id(chunk) for chunk in chunks}
        places = [p for p in self.places if not cited or id(p.chunk) in cited]
        ranked = sorted(places, key=lambda place: -self._rank(claim, place))
        fits = [
            self.fit(claim, Passage((place,)), is_cited=bool(cited))
            for place in ranked[:_MOST_CHECKED]
        ]
        most = max((fit.share for fit in fits if fit.contradicts), default=0.0)
        good = [fit for fit in fits if fit.supports and fit.share >= most]
        if good:
            return max(good, key=lambda fit: (round(fit.share, 1), -len(fit.passage.text)))
        best = max(fits, key=lambda fit: (not fit.against, fit.share), default=None)
        if most:
            return max(fits, key=lambda fit: (fit.contradicts, fit.share))
        together = self._find_parts(claim, ranked)
        return together or best

    def _find_parts(self, claim: str, ranked: Sequence[Place]) -> Fit | None:
        """Return how the places fit that support the parts of a claim, each a part of its own."""
        fits: list[Fit] = []
        parts = self._split(claim)
        for part in parts if len(parts) > 1 else ():
            near = sorted(ranked, key=lambda place: -self._rank(part, place))[:_MOST_CHECKED]
            found = (self.fit(part, Passage((place,)), is_cited=False) for place in near)
            fit = next((fit for fit in found if fit.supports and fit.share >= _PART_SHARED), None)
            if fit is None:
                return None
            fits.append(fit)
        if not fits:
            return None
        places = tuple(dict.fromkeys(place for fit in fits for place in fit.passage.places))
        return Fit(Passage(places), min(fit.share for fit in fits))

    def _split(self, claim: str) -> list[str]:
        """Return the parts of a claim between its joints, each with words to be found by."""
        parts: list[str] = []
        for part in re.split(self._language.claims.joints, claim):
            is_short = len(count_terms(part, self._language)) < _FEWEST_TERMS
            if parts and (is_short or len(count_terms(parts[-1], self._language)) < _FEWEST_TERMS):
                parts[-1] += f" {part.strip()}"
            elif part.strip():
                parts.append(part.strip())
        return parts

    def fit(self, claim: str, passage: Passage, *, is_cited: bool = True) -> Fit:
        """Return how well a passage fits a claim; `is_cited` is whether the claim names it."""
        share = self._share(claim, passage, is_cited=is_cited)
        against = find_contradictions(claim, self._question, passage, self._language)
        return Fit(passage, share, against)

    def _share(self, claim: str, passage: Passage, *, is_cited: bool) -> float:
        """Return the share of the claim's words that a passage has, but for those of the question.

        Between two languages words tell nothing. There a claim must cite the passage, or have a
        number or a name in common with it: the share is 1 or 0.
        """
        if self._language != passage.language:
            return float(is_cited or bool(passage.vocabulary.mentions(claim)))
        terms = count_terms(strip_measures(claim), passage.language)
        asked = count_terms(self._question, passage.language)
        values = passage.values_for(claim)
        numbers = [number.is_among(values) for number in find_numbers(claim)]
        wanted = [term for term in terms if term not in asked]
        if not numbers:
            wanted = wanted or list(terms)
        found = sum(term in passage.terms for term in wanted) + sum(numbers)
        return found / (len(wanted) + len(numbers)) if wanted or numbers else 0.0

    def _rank(self, claim: str, place: Place) -> float:
        """Return how many of the words and numbers of the claim a place has, shorter ones first."""
        terms = count_terms(claim, place.language)
        asked = count_terms(self._question, place.language)
        shared = sum(term in place.terms for term in terms)
        near = sum(term in place.terms for term in asked) / (1 + len(asked))
        numbers = sum(number.is_among(place.numbers) for number in find_numbers(claim))
        return shared + near + 3 * numbers - (place.end - place.start) / 2000
