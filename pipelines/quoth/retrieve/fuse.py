"""One score from many signals, for the candidates of one search. Only numpy.

1. Signals: cosine of the vectors; BM25 over the words of a chunk and its neighbours, so that a cut
   between them costs nothing; BM25 over the groups of letters in its words, which forgives
   spelling, word forms and compounds; the fit of the document's name with the question, where any
   name fits; and the exact things that the question names, where few chunks hold them.
2. Fusion: the z-scores of each signal over the candidates, added with weights (linear combination
   of standardized scores; Wu, Crestani and Bi 2006, Bruch et al. 2023). The weight of a signal
   grows with its lead: how far it sets its best candidate apart from the next ones. The weight of
   the cosine falls where the embedder does not separate the texts of the language (`trust`).
3. Pseudo-relevance feedback: the best few, weighted by a softmax of their scores, give a centroid
   that is added to the question's vector (Rocchio 1971; Li et al. 2021) and a profile of terms,
   weighted by their rarity among the candidates (Lavrenko and Croft 2001). Then step 2 again.

No constant is fitted to a collection; docs/retrieval.md measures the effect of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quoth.retrieve.query import WeightedQuery
from quoth.text import CodedTexts, inverse_frequency, score_letters, score_words

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the fusion. `dense`, `keyword` and `letters` are shares of one."""

    dense: float = 0.58
    """The weight of the cosine, where the embedder separates texts as well as words do."""
    keyword: float = 0.25
    letters: float = 0.17
    followers: int = 5
    """The candidates after the best one from which the lead of a signal is measured."""
    least_lead: float = 0.05
    name: float = 1.7
    """The weight of a name that fits the question, see `names.fit_names`."""
    exact: float = 6.0
    """The weight of the exact things that the question names, see `exact.fit_exact`."""
    feedback: int = 3
    """The number of candidates that feed back. Of two neighbours only the better one does."""
    temperature: float = 0.5
    rocchio: float = 0.6
    terms: float = 0.4
    """The share of the profile of terms on the keyword side."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one search, a row or an item for each.

    `words` and `texts` are the analysed words, as codes and joined by spaces; `around` are the
    codes of the chunks before and after; `places` are the document and the number of the chunk in
    it; `names` is the fit of the document's name with the question, and `exact` the share of its
    exact things that the chunk holds, both from 0 to 1.
    """

    vectors: Floats
    words: Sequence[bytes]
    around: Sequence[bytes]
    texts: Sequence[str]
    places: Sequence[tuple[int, int]]
    names: Floats
    exact: Floats


def fuse(
    query: WeightedQuery, candidates: Candidates, weights: Weights, *, trust: float = 1.0
) -> Floats:
    """Return a score for each candidate, higher is better, comparable within one search only.

    `trust` is the factor on the weight of the cosine, see `Separation.trust`.
    """
    cosine = (candidates.vectors @ query.vector).astype(np.float32)
    windows = [own + near for own, near in zip(candidates.words, candidates.around, strict=True)]
    keyword = standardize(score_words(CodedTexts.of_words(windows), query.terms))
    letters = standardize(score_letters(CodedTexts.of_letters(candidates.texts), query.counts))
    shares = _share_weight((standardize(cosine), keyword, letters), weights, trust)
    rest = shares[2] * letters + weights.name * candidates.names + weights.exact * candidates.exact

    def total(cosine: Floats, keyword: Floats) -> Floats:
        return np.asarray(shares[0] * standardize(cosine) + shares[1] * keyword + rest, np.float32)

    score = total(cosine, keyword)
    if not 0 < weights.feedback < len(score):
        return score
    best = _pick_apart(np.argsort(-score, kind="stable"), candidates.places, weights.feedback)
    share = np.zeros_like(score)
    share[best] = np.exp((score[best] - score[best[0]]) / weights.temperature)
    share /= share.sum()
    centre = share @ candidates.vectors
    centre /= np.linalg.norm(centre) + 1e-9
    profile = standardize(_score_profile(CodedTexts.of_words(candidates.words), share))
    return total(
        np.asarray(cosine + weights.rocchio * (candidates.vectors @ centre), np.float32),
        standardize((1 - weights.terms) * keyword + weights.terms * profile),
    )


def standardize(values: Floats) -> Floats:
    """Return values with mean 0 and standard deviation 1; zeros when all are the same."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-6), np.float32)


def _share_weight(signals: Sequence[Floats], weights: Weights, trust: float) -> Floats:
    """Return the weights of cosine, words and letters for one question; their sum is 1."""
    leads = np.array([_measure_lead(signal, weights.followers) for signal in signals])
    base = np.array([weights.dense * trust, weights.keyword, weights.letters])
    shares = base * np.sqrt(leads.clip(weights.least_lead))
    return np.asarray(shares / max(shares.sum(), 1e-9), np.float32)


def _measure_lead(values: Floats, followers: int) -> float:
    """Return the distance of the best value from the mean of those that follow it."""
    ordered = -np.sort(-values)
    return float(ordered[0] - ordered[1 : followers + 1].mean()) if len(ordered) > 1 else 0.0


def _score_profile(texts: CodedTexts, share: Floats) -> Floats:
    """Return the score of each text for the terms of the texts that have a `share`."""
    wanted = np.unique(texts.codes[share[texts.rows] > 0])
    weights = texts.saturate([(code,) for code in wanted.tolist()])
    rarity = inverse_frequency(np.count_nonzero(weights, axis=0), texts.count)
    return np.asarray(weights @ ((share @ weights) * rarity), np.float32)


def _pick_apart(
    order: NDArray[np.int64], places: Sequence[tuple[int, int]], count: int
) -> list[int]:
    """Return the first `count` of an order, without those next to one chosen before."""
    chosen: list[int] = []
    taken: set[tuple[int, int]] = set()
    for index in map(int, order):
        document, ordinal = places[index]
        if (document, ordinal) not in taken:
            chosen.append(index)
            taken |= {(document, ordinal - 1), (document, ordinal + 1)}
        if len(chosen) == count:
            break
    return chosen
