"""Partial summaries → one, by taking sentences: those that stand for most of the others.

Each sentence is a vector of its words, weighed by rarity. Taken is the sentence nearest to the
middle of all of them, as long as it is not near to one already taken (maximal marginal relevance;
Carbonell and Goldstein, 1998). What was taken stands in the order of the document. Nothing is
rewritten, so nothing can be garbled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quoth.text import count_words, diversify, fold_words, weigh_rarity

_NOVELTY = 0.5
_SPREAD = 0.3
_QUERY = 1.5
_MOST = 400
"""Sentences that are compared with one another; of more, the most central ones go in."""

Vector = dict[str, float]


def select_sentences(
    sentences: Sequence[str], groups: Sequence[int], words: int, query: str = ""
) -> list[int]:
    """Return the indexes, ascending, of the sentences that fit about so many words.

    `groups` tells for each sentence which part of the document it is from; no part is heard twice
    before others were heard, unless it has much more to say. At least one index is returned when
    there is a sentence. With a `query`, sentences with its words go first.
    """
    vectors = _vectors(sentences)
    middle = _mean(vectors)
    asked = {word: 1.0 for word in fold_words(query) if len(word) > 2}
    worth = [_cosine(vector, middle) + _QUERY * _cosine(vector, asked) for vector in vectors]
    central = sorted(range(len(sentences)), key=lambda index: -worth[index])[:_MOST]
    relevance = np.full(len(sentences), -np.inf)
    relevance[central] = [worth[index] for index in central]
    room = _Room(sentences, words)

    def similarities(index: int) -> NDArray[np.float64]:
        row = np.zeros(len(sentences))
        row[central] = [_cosine(vectors[other], vectors[index]) for other in central]
        return row

    taken = diversify(
        relevance,
        similarities,
        redundancy=_NOVELTY,
        groups=groups,
        crowding=_SPREAD,
        accepts=room.takes,
    )
    return sorted(index for index, _ in taken)


class _Room:
    """The words that are left for a summary. The first sentence always fits."""

    def __init__(self, sentences: Sequence[str], words: int) -> None:
        self._sentences = sentences
        self._left = words * 1.1
        self._empty = True

    def takes(self, index: int) -> bool:
        """Return whether a sentence fits, and count it when it does."""
        size = count_words(self._sentences[index])
        if not self._empty and size > self._left:
            return False
        self._left -= size
        self._empty = False
        return True


def _vectors(sentences: Sequence[str]) -> list[Vector]:
    counts = [Counter(fold_words(sentence)) for sentence in sentences]
    holding = Counter(word for count in counts for word in count)
    return [
        {word: n * weigh_rarity(holding[word], len(counts)) for word, n in count.items()}
        for count in counts
    ]


def _mean(vectors: Sequence[Vector]) -> Vector:
    middle: Counter[str] = Counter()
    for vector in vectors:
        length = _length(vector)
        for word, weight in vector.items():
            middle[word] += weight / length  # type: ignore[assignment]  # weights are fractions
    return dict(middle)


def _cosine(left: Vector, right: Vector) -> float:
    if len(left) > len(right):
        left, right = right, left
    dot = sum(weight * right[word] for word, weight in left.items() if word in right)
    return dot / (_length(left) * _length(right)) if dot else 0.0


def _length(vector: Vector) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
