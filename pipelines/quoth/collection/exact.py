"""Exact nearest neighbours, by comparison with every vector of a store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quoth.collection.store import Store
from quoth.collection.vector_file import Rows, VectorFile
from quoth.types import Vectors

Nearest = list[tuple[int, float]]
"""Chunk ids with the cosine of each, best first."""


class ExactIndex:
    """All vectors of a store: those of its file, which is mapped, and the newest from the store.

    They are read again after each change of the store. Without a valid file, all of them come from
    the store, into memory.
    """

    def __init__(self, store: Store, file: VectorFile) -> None:
        self._store = store
        self._file = file
        self._moment = (-1, "")
        self._parts: list[Rows] = []

    def search(self, vector: Vectors, k: int, *, among: Sequence[int] | None = None) -> Nearest:
        """Return (chunk id, cosine) for the `k` nearest chunks `among` these ids, best first."""
        return find_nearest(self.read(), vector, k, among=among)

    def read(self) -> Sequence[Rows]:
        """Return all rows as the store has them now."""
        self._refresh()
        return self._parts

    def close(self) -> None:
        """Let go of the file."""
        self._moment, self._parts = (-1, ""), []

    def _refresh(self) -> None:
        moment = self._store.generation, self._store.vectors_state
        if moment == self._moment:
            return
        rows = self._file.read(moment[1])
        if rows is None and moment[0] == self._moment[0]:
            return
        if rows is None:
            self._parts = [_read(self._store)]
        else:
            added, removed = self._store.pending()
            if removed:
                rows = Rows(np.where(np.isin(rows.ids, removed), 0, rows.ids), rows.vectors)
            self._parts = [rows, _read(self._store, added)] if added else [rows]
        self._moment = moment


def _read(store: Store, ids: Sequence[int] | None = None) -> Rows:
    found, vectors = store.vectors(ids)
    return Rows(np.asarray(found, np.int64), vectors)


def find_nearest(
    parts: Sequence[Rows], vector: Vectors, k: int, *, among: Sequence[int] | None = None
) -> Nearest:
    """Return (id, cosine) for the `k` nearest of some rows `among` these ids, best first."""
    found: Nearest = []
    for rows in parts:
        found += _find_in_part(rows, vector, k, among)
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


def _find_in_part(rows: Rows, vector: Vectors, k: int, among: Sequence[int] | None) -> Nearest:
    """Return the best rows, in any order; all those that are as good as the last one."""
    if not len(rows.ids):
        return []
    # `@` is no faster, since memory is the limit, and its threads wait for busy cores.
    ids, similarities = rows.ids, np.einsum("ij,j->i", rows.vectors, vector)
    if among is not None:
        chosen = np.flatnonzero(np.isin(ids, np.asarray(among, np.int64)))
        ids, similarities = ids[chosen], similarities[chosen]
    best = _pick_best(similarities, k)
    kept = ids[best] != 0
    if not kept.all():
        best = _pick_best(np.where(ids == 0, -np.inf, similarities), k)
        kept = ids[best] != 0
    return [(int(ids[row]), float(similarities[row])) for row in best[kept]]


def _pick_best(values: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the places of the `k` greatest values, and of those equal to the last of them."""
    if k >= len(values):
        return np.arange(len(values))
    least = np.partition(values, len(values) - k)[len(values) - k]
    return np.flatnonzero(values >= least)
