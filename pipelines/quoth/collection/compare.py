"""The differences between the dense index and the store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quoth.collection.chroma import Chroma
from quoth.collection.store import Store
from quoth.errors import CollectionError

_SAMPLED = 50
_TOLERANCE = 1e-4
_LEAST_COSINE = 1.0 - 1e-3


def compare_index(store: Store, chroma: Chroma) -> Iterator[str]:
    """Yield each difference between the index and the store.

    Pending changes, which the index has not applied yet, are no differences.
    """
    added, removed = store.pending()
    if not chroma.folder.is_dir():
        if store.chunk_count() > len(added):
            yield "the index does not exist"
        return
    indexed: set[int] = set()
    try:
        for ids, vectors in chroma.rows():
            rows = dict(zip(ids, vectors, strict=True))
            indexed |= rows.keys()
            for id, vector in zip(*store.vectors(ids), strict=True):
                if not np.allclose(rows[id], vector, atol=_TOLERANCE):
                    yield f"chunk {id} has a different vector in the index"
        stored = store.chunk_ids()
        for id in stored[:: max(1, len(stored) // _SAMPLED)]:
            _, vectors = store.vectors([id])
            if id in indexed and chroma.search(vectors[0], 1)[0][1] < _LEAST_COSINE:
                yield f"chunk {id} is not found by its own vector"
    except CollectionError as error:
        yield f"the index cannot be read: {error}"
        return
    if missing := set(stored) - indexed - set(added):
        yield f"{len(missing)} chunks are missing, the first of them {min(missing)}"
    if extra := indexed - set(stored) - set(removed):
        yield f"{len(extra)} chunks are not in the store, the first of them {min(extra)}"
