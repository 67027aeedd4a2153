"""Sentences as vectors of their words, weighted by rarity."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from quoth.text import fold_words, weigh_rarity

Vector = dict[str, float]


def vectorize(sentences: Sequence[str]) -> list[Vector]:
    """Return a vector for each sentence."""
    counts = [Counter(fold_words(sentence)) for sentence in sentences]
    holding = Counter(word for count in counts for word in count)
    return [
        {word: n * weigh_rarity(holding[word], len(counts)) for word, n in count.items()}
        for count in counts
    ]


def find_centroid(vectors: Sequence[Vector]) -> Vector:
    """Return the sum of the vectors, each of length one."""
    middle: Counter[str] = Counter()
    for vector in vectors:
        length = _length(vector)
        for word, weight in vector.items():
            middle[word] += weight / length  # type: ignore[assignment]  # weights are fractions
    return dict(middle)


def compare(left: Vector, right: Vector) -> float:
    """Return the cosine of two vectors."""
    if len(left) > len(right):
        left, right = right, left
    dot = sum(weight * right[word] for word, weight in left.items() if word in right)
    return dot / (_length(left) * _length(right)) if dot else 0.0


def _length(vector: Vector) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
