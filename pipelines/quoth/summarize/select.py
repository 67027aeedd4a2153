"""Partial summaries → one, by selecting their most central sentences.

Each sentence is a vector of its words, weighted by rarity. The sentence nearest to the centroid is
selected, unless it repeats one already selected (maximal marginal relevance; Carbonell and
Goldstein, 1998). Selected sentences keep the order of the document. Nothing is rewritten, so
nothing can be garbled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quoth.summarize.sentence_vectors import compare, find_centroid, vectorize
from quoth.text import count_words, diversify, fold_words, is_unspaced

_NOVELTY = 0.5
_SPREAD = 0.3
_QUERY = 1.5
_MOST = 400
"""The most sentences that are compared; beyond that, the most central ones are."""


def select_sentences(
    sentences: Sequence[str], groups: Sequence[int], words: int, query: str = ""
) -> list[int]:
    """Return the indexes of the selected sentences, ascending: about `words` words in all.

    `groups` has the part of the document that each sentence comes from; further sentences of a part
    are penalized. At least one sentence is selected if there is any. With a `query`, sentences that
    share its words are preferred.
    """
    vectors = vectorize(sentences)
    middle = find_centroid(vectors)
    query_vector = {word: 1.0 for word in fold_words(query) if len(word) > 2 or is_unspaced(word)}
    relevances = [
        compare(vector, middle) + _QUERY * compare(vector, query_vector) for vector in vectors
    ]
    central = sorted(range(len(sentences)), key=lambda index: -relevances[index])[:_MOST]
    relevance = np.full(len(sentences), -np.inf)
    relevance[central] = [relevances[index] for index in central]
    room = _Room(sentences, words)

    def similarities(index: int) -> NDArray[np.float64]:
        row = np.zeros(len(sentences))
        row[central] = [compare(vectors[other], vectors[index]) for other in central]
        return row

    selection = diversify(
        relevance,
        similarities,
        redundancy=_NOVELTY,
        groups=groups,
        crowding=_SPREAD,
        accepts=room.takes,
    )
    return sorted(index for index, _ in selection)


class _Room:
    """The words left for a summary. The first sentence always fits."""

    def __init__(self, sentences: Sequence[str], words: int) -> None:
        self._sentences = sentences
        self._left = words * 1.1
        self._empty = True

    def takes(self, index: int) -> bool:
        """Take a sentence if it fits; return whether it did."""
        size = count_words(self._sentences[index])
        if not self._empty and size > self._left:
            return False
        self._left -= size
        self._empty = False
        return True
