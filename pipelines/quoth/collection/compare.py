"""The differences between the dense index and the store."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence

import numpy as np

from quoth.collection.chroma import BATCH, Chroma
from quoth.collection.store import Store
from quoth.collection.vector_file import Batch, VectorFile
from quoth.errors import CollectionError

_SAMPLED = 50
_TOLERANCE = 1e-4
_LEAST_COSINE = 1.0 - 1e-3


def compare_file(store: Store, file: VectorFile) -> Iterator[str]:
    """Yield each difference between the file of vectors and the store.

    Pending changes, which the index has not applied yet, are no differences.
    """
    rows = file.read(store.vectors_state)
    if rows is None:
        if not _waits_for_all(store):
            yield "the file of vectors is damaged or gone"
        return
    kept = np.flatnonzero(rows.ids)
    batches = np.split(kept, range(BATCH, len(kept), BATCH)) if len(kept) else []
    yield from _compare(store, ((rows.ids[part].tolist(), rows.vectors[part]) for part in batches))


def compare_chroma(store: Store, chroma: Chroma) -> Iterator[str]:
    """Yield each difference between Chroma and the store, pending changes left out."""
    if not chroma.folder.is_dir():
        if not _waits_for_all(store):
            yield "Chroma's folder does not exist"
        return
    try:
        indexed = yield from _compare(store, chroma.rows())
        stored = sorted(indexed.intersection(store.chunk_ids()))
        for id in stored[:: max(1, len(stored) // _SAMPLED)]:
            _, vectors = store.vectors([id])
            if chroma.search(vectors[0], 1)[0][1] < _LEAST_COSINE:
                yield f"chunk {id} is not found by its own vector"
    except CollectionError as error:
        yield f"the index cannot be read: {error}"


def _compare(store: Store, batches: Iterable[Batch]) -> Generator[str, None, set[int]]:
    """Yield the differences between indexed vectors and the store; return the indexed ids."""
    added, removed = store.pending()
    indexed: set[int] = set()
    for ids, vectors in batches:
        rows = dict(zip(ids, vectors, strict=True))
        indexed |= rows.keys()
        yield from _compare_vectors(store, ids, rows)
    stored = set(store.chunk_ids())
    if missing := stored - indexed - set(added):
        yield f"{len(missing)} chunks are missing, the first of them {min(missing)}"
    if extra := indexed - stored - set(removed):
        yield f"{len(extra)} chunks are not in the store, the first of them {min(extra)}"
    return indexed


def _compare_vectors(
    store: Store, ids: Sequence[int], rows: dict[int, np.ndarray]
) -> Iterator[str]:
    for id, vector in zip(*store.vectors(ids), strict=True):
        if not np.allclose(rows[id], vector, atol=_TOLERANCE):
            yield f"chunk {id} has a different vector in the index"


def _waits_for_all(store: Store) -> bool:
    """Whether no chunk is in the index because the changes of all of them are pending."""
    added, _ = store.pending()
    return store.chunk_count() <= len(added)
