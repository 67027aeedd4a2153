"""Candidates → the sentences of an extract, spread over the document as its kind asks.

Relevance is nearness to the centroid of all sentences (Radev and others, 2004). A sentence that
repeats one already taken is left out (maximal marginal relevance; Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from quoth.summarize.candidates import Candidate
from quoth.summarize.kinds import Kind
from quoth.summarize.sentence_vectors import compare, find_centroid, vectorize
from quoth.text import (
    Language,
    count_terms,
    count_words,
    find_names,
    find_numbers,
)

_ALIKE = 0.6
"""The cosine from which a sentence repeats another."""
_REDUNDANCY = 0.5
_TYPICAL_WORDS = 22
"""The words of a typical sentence, for the number of equal parts."""
_NAMES = 0.05
_FIGURES = 0.04
_MOST_FIGURES = 4
_LATE = 0.15
"""What a sentence at the end of a document of facts loses against one at its start."""
_WORDY = 0.003
"""What each word costs there."""
_WORDY_NEED = 0.009
"""What each word costs where a document has things to say that compete for the words."""
_SPARE = 1.1
_MOST = 1200
"""The most sentences that are compared; beyond that, the most central ones are."""


def spread(
    candidates: Sequence[Candidate], kind: Kind, words: int, language: Language, *, lead: int = 0
) -> list[Candidate]:
    """Return sentences of about `words` words in all, in the order of the document.

    The first `lead` sentences sum it up: after the opening, the rest comes from them first.
    """
    selection = _Selection(candidates, words, language)
    selection.weigh(kind)
    selection.take_first(kind.opening * words)
    selection.take_central(lead)
    if kind.even:
        selection.take_evenly(round(words / (_TYPICAL_WORDS * _length_factor(language))))
    if wants := kind.wants(language):
        selection.take_wanted(wants)
    selection.take_central()
    return selection.taken


def answer_query(
    candidates: Sequence[Candidate], query: str, words: int, language: Language
) -> list[Candidate]:
    """Return the sentences that share most with a query, in order; none when no sentence does."""
    asked = count_terms(query, language)
    scores = [_share(candidate.text, asked, language) for candidate in candidates]
    best = max(scores, default=0.0)
    near = [c for c, score in zip(candidates, scores, strict=True) if score and score >= best / 2]
    selection = _Selection(near, words, language)
    selection.relevance = [score for score in scores if score and score >= best / 2]
    selection.take_central()
    return selection.taken


class _Selection:
    """The sentences taken so far, and the words that are left."""

    def __init__(self, candidates: Sequence[Candidate], words: int, language: Language) -> None:
        self._candidates = candidates
        self._language = language
        self._left = words * _SPARE
        self._vectors = vectorize([candidate.text for candidate in candidates])
        self._indexes: list[int] = []
        centroid = find_centroid(self._vectors)
        self.relevance = [compare(vector, centroid) for vector in self._vectors]
        self._nearest = [0.0] * len(candidates)

    @property
    def taken(self) -> list[Candidate]:
        """The sentences that were taken, in the order of the document."""
        return [self._candidates[index] for index in sorted(self._indexes)]

    def weigh(self, kind: Kind) -> None:
        """Prefer sentences with names, and where the kind needs facts, with figures."""
        wordy = _WORDY_NEED if kind.wants(self._language) else _WORDY
        for index, candidate in enumerate(self._candidates):
            if any(True for _ in find_names(candidate.text, self._language)):
                self.relevance[index] += _NAMES
            if not kind.even:
                figures = min(_MOST_FIGURES, sum(1 for _ in find_numbers(candidate.text)))
                self.relevance[index] += _FIGURES * figures - _LATE * candidate.position
                self.relevance[index] -= wordy * self._size(index) / _length_factor(self._language)

    def take_first(self, words: float) -> None:
        """Take the first sentences of the document, up to so many words."""
        start = self._left
        for index in range(len(self._candidates)):
            if start - self._left + self._size(index) > words:
                break
            self._take(index)

    def take_evenly(self, parts: int) -> None:
        """Take the best sentence of each of so many equal parts of the document."""
        for part in range(max(1, parts)):
            begin, end = part / max(1, parts), (part + 1) / max(1, parts)
            self._take_best(
                [i for i, c in enumerate(self._candidates) if begin <= c.position < end], most=1
            )

    def take_wanted(self, wants: Iterable[re.Pattern[str]]) -> None:
        """Take in turn the best sentence that says each thing, while there are words left."""
        waiting = [
            [i for i, c in enumerate(self._candidates) if want.search(c.text)] for want in wants
        ]
        while sum(self._take_best(indexes, most=1) for indexes in waiting):
            pass

    def take_central(self, first: int | None = None) -> None:
        """Take the most relevant of all or the first sentences, while there are words left."""
        indexes = range(len(self._candidates))[:first]
        ranked = sorted(indexes, key=lambda i: -self.relevance[i])
        self._take_best(ranked[:_MOST], most=len(ranked))

    def _take_best(self, indexes: Iterable[int], *, most: int) -> int:
        """Take up to `most` of these sentences, the best first; return how many."""
        waiting = set(indexes) - set(self._indexes)
        count = 0
        while waiting and count < most:
            best = min(
                waiting, key=lambda i: (_REDUNDANCY * self._nearest[i] - self.relevance[i], i)
            )
            waiting.remove(best)
            count += self._take(best)
        return count

    def _take(self, index: int) -> bool:
        """Take a sentence if it fits and says something new; return whether it did."""
        too_long = self._indexes and self._size(index) > self._left
        if index in self._indexes or too_long or self._nearest[index] >= _ALIKE:
            return False
        self._indexes.append(index)
        self._left -= self._size(index)
        for other, vector in enumerate(self._vectors):
            self._nearest[other] = max(self._nearest[other], compare(vector, self._vectors[index]))
        return True

    def _size(self, index: int) -> int:
        return count_words(self._candidates[index].text)


def _length_factor(language: Language) -> float:
    return language.summaries.length_factor


def _share(text: str, asked: dict[str, int], language: Language) -> float:
    terms = count_terms(text, language)
    return sum(term in terms for term in asked) / len(asked) if asked else 0.0
