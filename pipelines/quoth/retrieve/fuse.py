"""One score from many signals, for the candidates of one search. Only numpy.

1. Signals: cosine of the vectors; Okapi BM25 (Robertson and Zaragoza 2009) over the stemmed words
   of a chunk and its neighbours, so that a cut between them costs nothing; BM25 over the letter
   trigrams of its words (McNamee and Mayfield 2004), which forgives spelling and word forms; and
   the fit of the document's name with the question, where any name fits.
2. Fusion: the z-scores of each signal over the candidates, added with fixed weights (linear
   combination of standardized scores; Wu, Crestani and Bi 2006, Bruch et al. 2023).
3. Pseudo-relevance feedback: the best few, weighted by a softmax of their scores, give a centroid
   that is added to the question's vector (Rocchio 1971; Li et al. 2021) and a profile of terms,
   weighted by their rarity among the candidates (Lavrenko and Croft 2001). Then step 2 again.

No constant is fitted to a collection; docs/retrieval.md measures the effect of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quoth.retrieve.query import WeightedQuery
from quoth.text import encode_word, unpack

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the fusion."""

    dense: float = 0.7
    """The weight of the cosine; BM25 has the rest."""
    trigram: float = 0.2
    name: float = 2.0
    """The weight of a name that fits the question, see `names.fit_names`."""
    k1: float = 1.2
    b: float = 0.75
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
    it; `names` is the fit of the document's name with the question, from 0 to 1.
    """

    vectors: Floats
    words: Sequence[bytes]
    around: Sequence[bytes]
    texts: Sequence[str]
    places: Sequence[tuple[int, int]]
    names: Floats


def fuse(query: WeightedQuery, candidates: Candidates, weights: Weights) -> Floats:
    """Return a score for each candidate, higher is better, comparable within one search only."""
    cosine = (candidates.vectors @ query.vector).astype(np.float32)
    windows = [own + near for own, near in zip(candidates.words, candidates.around, strict=True)]
    keyword = standardize(_bm25(_Words(windows, weights), query.words, query.idf))
    letters = standardize(score_trigrams(" ".join(query.words), candidates.texts, weights))
    rest = weights.trigram * letters + weights.name * candidates.names

    def total(cosine: Floats, keyword: Floats) -> Floats:
        dense = weights.dense * standardize(cosine)
        return np.asarray(dense + (1 - weights.dense) * keyword + rest, np.float32)

    score = total(cosine, keyword)
    if not 0 < weights.feedback < len(score):
        return score
    best = _pick_apart(np.argsort(-score, kind="stable"), candidates.places, weights.feedback)
    share = np.zeros_like(score)
    share[best] = np.exp((score[best] - score[best[0]]) / weights.temperature)
    share /= share.sum()
    centre = share @ candidates.vectors
    centre /= np.linalg.norm(centre) + 1e-9
    profile = standardize(_score_profile(_Words(candidates.words, weights), share))
    return total(
        np.asarray(cosine + weights.rocchio * (candidates.vectors @ centre), np.float32),
        standardize((1 - weights.terms) * keyword + weights.terms * profile),
    )


def standardize(values: Floats) -> Floats:
    """Return values with mean 0 and standard deviation 1; zeros when all are the same."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-6), np.float32)


def inverse_frequency(frequency: NDArray[np.int64], count: int) -> Floats:
    """Return the weight (idf of BM25) of terms that occur in `frequency` of `count` texts."""
    return np.log1p((count - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def score_trigrams(question: str, texts: Sequence[str], weights: Weights) -> Floats:
    """Return BM25 over the byte trigrams inside the question's words, one value for each text.

    A word includes the spaces around it. The rarity of a trigram is that among the texts.
    """
    grams, count = np.unique(_codes(f" {question} ".encode()), return_counts=True)
    inside = (grams >> 8) & 255 != 32  # a space in the middle belongs to two words
    grams, count = grams[inside], count[inside]
    if not len(grams) or not texts:
        return np.zeros(len(texts), np.float32)
    letters = np.frombuffer((" " + " \0 ".join([*texts, ""])).encode(), np.uint8)
    ends = np.flatnonzero(letters == 0)
    lengths = np.diff(ends, prepend=0)
    possible = np.zeros(1 << 15, bool)  # rules out most trigrams at once
    possible[_short(grams >> 16, grams >> 8, grams)] = True
    positions = np.flatnonzero(possible[_short(letters[:-2], letters[1:-1], letters[2:])])
    codes = (
        np.asarray(letters[positions], np.uint32) << 16
        | np.asarray(letters[positions + 1], np.uint32) << 8
    )
    codes |= letters[positions + 2]
    columns = np.searchsorted(grams, codes).clip(max=len(grams) - 1)
    matches = grams[columns] == codes
    row = np.searchsorted(ends, positions[matches])
    cells = np.bincount(row * len(grams) + columns[matches], minlength=len(texts) * len(grams))
    frequency = cells.reshape(len(texts), -1)
    norm = weights.k1 * (1 - weights.b + weights.b * lengths / lengths.mean())
    rarities = inverse_frequency((frequency > 0).sum(0), len(texts)) * count
    saturated = frequency * (weights.k1 + 1) / (frequency + norm[:, None])
    return np.asarray(saturated @ rarities, np.float32)


class _Words:
    """The words of texts as codes, one after the other, for counting."""

    def __init__(self, packed: Sequence[bytes], weights: Weights) -> None:
        self.count = len(packed)
        self.codes = unpack(b"".join(packed))
        lengths = np.array([len(row) // self.codes.itemsize for row in packed], np.int64)
        self.row = np.repeat(np.arange(self.count), lengths)
        norm = weights.k1 * (1 - weights.b + weights.b * lengths / max(lengths.mean(), 1.0))
        self._norm, self._k1 = norm[:, None], weights.k1

    def saturate(self, wanted: NDArray[np.uint32]) -> Floats:
        """Return BM25's weight of each wanted code (ascending, each once), a row for each text."""
        possible = np.zeros(1 << 16, bool)  # rules out most words at once
        possible[wanted & 0xFFFF] = True
        positions = np.flatnonzero(possible[self.codes & 0xFFFF])
        columns = np.searchsorted(wanted, self.codes[positions]).clip(max=len(wanted) - 1)
        matches = wanted[columns] == self.codes[positions]
        cells = self.row[positions[matches]] * len(wanted) + columns[matches]
        frequency = np.bincount(cells, minlength=self.count * len(wanted))
        frequency = frequency.reshape(self.count, len(wanted))
        weight = frequency * (self._k1 + 1) / (frequency + self._norm)
        return np.asarray(weight, np.float32)


def _bm25(texts: _Words, words: Sequence[str], idf: Mapping[str, float]) -> Floats:
    wanted = np.unique(np.array([encode_word(word) for word in words], np.uint32))
    if not len(wanted):
        return np.zeros(texts.count, np.float32)
    rarities = np.zeros(len(wanted), np.float32)
    for word in words:  # one that the question repeats counts as often
        rarities[np.searchsorted(wanted, encode_word(word))] += idf.get(word, 0.0)
    return texts.saturate(wanted) @ rarities


def _score_profile(texts: _Words, share: Floats) -> Floats:
    """Return the score of each text for the terms of the texts that have a `share`."""
    wanted = np.unique(texts.codes[share[texts.row] > 0])
    if not len(wanted):
        return np.zeros(texts.count, np.float32)
    weights = texts.saturate(wanted)
    rarity = inverse_frequency(np.count_nonzero(weights, axis=0), texts.count)
    return weights @ ((share @ weights) * rarity)


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


def _short(*letters: NDArray[Any]) -> NDArray[np.uint16]:
    """Return a code of 15 bits for each trigram; two trigrams may share one."""
    first, second, third = (np.asarray(letter & 31, np.uint16) for letter in letters)
    return np.asarray(first << 10 | second << 5 | third, np.uint16)


def _codes(data: bytes) -> NDArray[np.uint32]:
    letters = np.frombuffer(data, np.uint8).astype(np.uint32)
    return np.asarray((letters[:-2] << 16) | (letters[1:-1] << 8) | letters[2:], np.uint32)
