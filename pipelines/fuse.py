"""One score from many signals, for the candidates of one search. Only numpy.

1. Signals: cosine of the vectors; Okapi BM25 (Robertson and Zaragoza 2009) over stemmed words; BM25
   over the letter trigrams of those words (McNamee and Mayfield 2004), which forgives spelling and
   word forms; and how well the name of the document fits the question, where any name does.
2. Fusion: each signal as a z-score over the candidates, added with fixed weights (linear
   combination of standardized scores; Wu, Crestani and Bi 2006, Bruch et al. 2023).
3. Pseudo-relevance feedback: the best few, weighted by a softmax of their scores, give a centroid
   that is added to the question's vector (Rocchio 1971; Li et al. 2021) and a profile of terms,
   weighted by their rarity among the candidates (Lavrenko and Croft 2001). Then step 2 again.

No constant is fitted to a collection; docs/retrieval.md shows what each is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.words import code, unpack

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the fusion."""

    dense: float = 0.65
    """Weight of the cosine; BM25 has the rest."""
    trigram: float = 0.2
    name: float = 2.0
    """Weight of a name that fits the question, see `names.fitting`."""
    k1: float = 1.2
    b: float = 0.75
    feedback: int = 3
    """Candidates that feed back; 0 for none."""
    temperature: float = 0.5
    rocchio: float = 0.6
    terms: float = 0.4
    """Share of the profile of terms on the keyword side."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What is known of the candidates, a row or an item each.

    `packed_words` and `texts` are the analysed words, as codes and joined by spaces; `names` says
    from 0 to 1 how well the name of the document fits the question.
    """

    vectors: Floats
    packed_words: Sequence[bytes]
    texts: Sequence[str]
    names: Floats


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its vector, its analysed words, their weight (idf), a chunk's mean length."""

    vector: Floats
    words: Sequence[str]
    idf: Mapping[str, float]
    average_length: float


def fuse(question: Question, found: Candidates, weights: Weights) -> Floats:
    """Return a score for each candidate, higher is better, comparable within one search only."""
    cosine = (found.vectors @ question.vector).astype(np.float32)
    matrix = _TermMatrix(found.packed_words, question.average_length, weights)
    keyword = standardized(matrix.bm25(question.words, question.idf))
    letters = standardized(trigrams(" ".join(question.words), found.texts, weights))
    rest = weights.trigram * letters + weights.name * found.names

    def total(cosine: Floats, keyword: Floats) -> Floats:
        dense = weights.dense * standardized(cosine)
        return np.asarray(dense + (1 - weights.dense) * keyword + rest, np.float32)

    score = total(cosine, keyword)
    if not 0 < weights.feedback < len(score):
        return score
    best = np.argsort(-score, kind="stable")[: weights.feedback]
    share = np.zeros_like(score)
    share[best] = np.exp((score[best] - score[best[0]]) / weights.temperature)
    share /= share.sum()
    centre = share @ found.vectors
    centre /= np.linalg.norm(centre) + 1e-9
    profile = standardized(matrix.score(matrix.profile(share)))
    return total(
        np.asarray(cosine + weights.rocchio * (found.vectors @ centre), np.float32),
        standardized((1 - weights.terms) * keyword + weights.terms * profile),
    )


def standardized(values: Floats) -> Floats:
    """Return values with mean 0 and standard deviation 1; zeros when all are the same."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-6), np.float32)


def inverse_frequency(frequency: NDArray[np.int64], count: int) -> Floats:
    """Return the weight of terms that stand in `frequency` of `count` texts."""
    return np.log1p((count - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def trigrams(question: str, texts: Sequence[str], weights: Weights) -> Floats:
    """Return BM25 over the byte trigrams inside the question's words, one value for each text.

    A word's borders belong to it. How rare a trigram is, is counted among the texts.
    """
    grams, count = np.unique(_codes(f" {question} ".encode()), return_counts=True)
    inside = (grams >> 8) & 255 != 32  # a space in the middle: not a part of one word
    grams, count = grams[inside], count[inside]
    if not len(grams) or not texts:
        return np.zeros(len(texts), np.float32)
    place = np.zeros(1 << 24, np.uint16)
    place[grams] = np.arange(1, len(grams) + 1)
    joined = (" " + " \0 ".join([*texts, ""])).encode()
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == 0)
    lengths = np.diff(ends, prepend=0)
    found = place[_codes(joined)]
    at = np.flatnonzero(found)
    row = np.searchsorted(ends, at)
    cells = np.bincount(row * len(grams) + found[at] - 1, minlength=len(texts) * len(grams))
    frequency = cells.reshape(len(texts), -1)
    norm = weights.k1 * (1 - weights.b + weights.b * lengths / lengths.mean())
    worth = inverse_frequency((frequency > 0).sum(0), len(texts)) * count
    saturated = frequency * (weights.k1 + 1) / (frequency + norm[:, None])
    return np.asarray(saturated @ worth, np.float32)


class _TermMatrix:
    """Saturated term weights of the candidates, as triples (candidate, term, weight)."""

    def __init__(self, packed: Sequence[bytes], average: float, weights: Weights) -> None:
        codes = [unpack(words) for words in packed]
        lengths = np.array([len(row) for row in codes], np.int64)
        rows = np.repeat(np.arange(len(codes), dtype=np.uint64) << np.uint64(32), lengths)
        flat = np.concatenate([*codes, np.zeros(0, np.uint32)]).astype(np.uint64)
        keys, frequency = np.unique(rows | flat, return_counts=True)
        self.count = len(codes)
        self.row = (keys >> np.uint64(32)).astype(np.int64)
        self.vocabulary, self.term = np.unique(keys.astype(np.uint32), return_inverse=True)
        norm = weights.k1 * (1 - weights.b + weights.b * lengths / max(average, 1e-9))
        self.weight = (frequency * (weights.k1 + 1) / (frequency + norm[self.row])).astype(
            np.float32
        )

    def score(self, worth: Floats) -> Floats:
        """Return the sum of the weights of each candidate's terms, each times its worth."""
        return np.bincount(self.row, self.weight * worth[self.term], self.count).astype(np.float32)

    def bm25(self, words: Sequence[str], idf: Mapping[str, float]) -> Floats:
        worth = np.zeros(len(self.vocabulary), np.float32)
        for word in words:
            at = int(np.searchsorted(self.vocabulary, code(word)))
            if at < len(worth) and self.vocabulary[at] == code(word):
                worth[at] += idf.get(word, 0.0)
        return self.score(worth)

    def profile(self, share: Floats) -> Floats:
        """Return what each term is worth to the candidates weighted by `share`."""
        size = len(self.vocabulary)
        held = np.bincount(self.term, self.weight * share[self.row], size)
        rarity = inverse_frequency(np.bincount(self.term, minlength=size), self.count)
        return (held * rarity).astype(np.float32)


def _codes(data: bytes) -> NDArray[np.uint32]:
    letters = np.frombuffer(data, np.uint8).astype(np.uint32)
    return np.asarray((letters[:-2] << 16) | (letters[1:-1] << 8) | letters[2:], np.uint32)
