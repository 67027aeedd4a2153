"""Exact nearest neighbours, by comparison with every vector in a store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quoth.collection.store import Store
from quoth.types import Vectors


class ExactIndex:
    """All vectors of a store in memory, read again after each change of the store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._generation = -1
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._vectors: Vectors = np.zeros((0, 0), np.float32)

    def search(
        self, vector: Vectors, k: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) for the `k` nearest chunks `among` these ids, best first."""
        generation = self.store.generation
        if generation != self._generation:
            ids, self._vectors = self.store.vectors()
            self._ids = np.asarray(ids, np.int64)
            self._generation = generation
        if not len(self._ids):
            return []
        candidates, vectors = self._ids, self._vectors
        if among is not None:
            chosen = np.isin(candidates, np.asarray(among, np.int64))
            candidates, vectors = candidates[chosen], vectors[chosen]
        similarities = vectors @ vector
        best = np.argsort(-similarities, kind="stable")[:k]
        return [(int(candidates[row]), float(similarities[row])) for row in best]
