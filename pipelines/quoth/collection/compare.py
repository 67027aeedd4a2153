"""The dense index against the store: what each holds that the other does not."""

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
    """Yield each difference of the index from the store.

    Changes of the store that the index has not followed yet are no differences.
    """
    added, removed = store.pending()
    if not chroma.folder.is_dir():
        if store.chunk_count() > len(added):
            yield "it is not there"
        return
    indexed: set[int] = set()
    try:
        for ids, vectors in chroma.rows():
            rows = dict(zip(ids, vectors, strict=True))
            indexed |= rows.keys()
            for id, vector in zip(*store.vectors(ids), strict=True):
                if not np.allclose(rows[id], vector, atol=_TOLERANCE):
                    yield f"chunk {id} has another vector there"
        stored = store.chunk_ids()
        for id in stored[:: max(1, len(stored) // _SAMPLED)]:
            _, vectors = store.vectors([id])
            if id in indexed and chroma.search(vectors[0], 1)[0][1] < _LEAST_COSINE:
                yield f"chunk {id} is not found with its own vector"
    except CollectionError as error:
        yield f"it cannot be read: {error}"
        return
    if missing := set(stored) - indexed - set(added):
        yield f"{len(missing)} chunks are missing, the first is {min(missing)}"
    if extra := indexed - set(stored) - set(removed):
        yield f"{len(extra)} chunks are too many, the first is {min(extra)}"
