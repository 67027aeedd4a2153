"""The dense index: Chroma over the store. It can be thrown away, and is made again from SQLite.

SQLite says which chunks there are; the index follows. What a transaction added or removed is noted
in the store (`pending`) and applied to Chroma by the process that holds the write lock. A search
asks Chroma only when it is in step with the store. When it is not - another process is writing, the
folder is damaged or gone - every vector in SQLite is compared instead, which is always right and
only slower. Small collections are searched so as well: it takes milliseconds, opening Chroma takes
seconds.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quoth.collection.store import Store
from quoth.errors import CollectionBusyError, CollectionError
from quoth.system import WriteLock
from quoth.types import Vectors

NAME = "chunks"
EXACT_UP_TO = 20_000
"""Chunks up to which comparing with every vector is faster than opening Chroma."""
_REBUILT = "index rebuilt"
_BATCH = 4096
_SAMPLED = 50


@dataclass(slots=True)
class _Seen:
    """What was seen at one moment: the generation of the store and the time of the last rebuild."""

    moment: tuple[int, str] = (-1, "")
    chunks: int = 0
    in_step: bool = False


class DenseIndex:
    """Nearest neighbours by cosine, over the vectors of one store."""

    def __init__(
        self, store: Store, folder: Path, lock: WriteLock, *, exact_up_to: int = EXACT_UP_TO
    ) -> None:
        self.store = store
        self.folder = folder
        self.exact_up_to = exact_up_to
        self.lock = lock
        self._lock = threading.RLock()
        self._collection: Any = None
        self._generation = -1
        self._followed = -1
        self._seen = _Seen()
        self._failed = ""
        self._exact = _ExactIndex(store)

    def search(
        self, vector: Vectors, k: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the `k` nearest chunks, best first.

        `among` restricts the search to these chunks.
        """
        with self._lock:
            if among is None and self._is_large():
                if held := self._held():
                    try:
                        return self._query(vector, min(k, held))
                    except BaseException as error:
                        _reraise_interrupt(error)
                        self._failed = f"the index cannot be searched: {error}"
                self._followed = -1
            return self._exact.search(vector, k, among=among)

    def follow(self) -> None:
        """Bring Chroma in step where a search would ask it, unless another process is at it."""
        with self._lock:
            generation = self.store.generation
            if self._followed == generation and not self._failed:
                return
            if self._is_large() and self.problem() is not None:
                try:
                    with self.lock.hold():
                        if not self._failed:
                            self.sync()
                        if self.problem() is not None:
                            self.rebuild()
                except CollectionBusyError:
                    return
            self._followed = generation

    def problem(self) -> str | None:
        """Return why Chroma is not in step with the store; `None` when it is."""
        with self._lock:
            if self._failed:
                return self._failed
            added, removed = self.store.pending()
            if added or removed:
                return f"{len(added) + len(removed)} changes of the store are not in the index yet"
            if self._generation != self.store.generation:
                self.close()
            try:
                held, count = self._open().count(), self.store.chunk_count()
            except BaseException as error:
                _reraise_interrupt(error)
                return f"the index cannot be opened: {error}"
            if held != count:
                return f"the index holds {held} chunks and the store {count}"
            return None

    def sync(self) -> None:
        """Apply to Chroma what the store has added and removed. The caller holds the lock."""
        with self._lock:
            added, removed = self.store.pending()
            if not added and not removed:
                return
            try:
                collection = self._open()
                for part in _parts(removed):
                    collection.delete(ids=[str(id) for id in part])
                self._add(collection, added)
            except BaseException as error:
                _reraise_interrupt(error)
                self.rebuild()
                return
            self.store.settle([*added, *removed])
            self._generation = self.store.generation

    def rebuild(self, *, progress: Callable[[int], None] | None = None) -> None:
        """Make the index again from the vectors in the store; the caller holds the lock.

        Nothing is embedded.
        """
        with self._lock:
            self._collection, self._failed = None, ""
            _forget_clients()  # also those of others in this process, whose files go away now
            generation = self.store.generation
            added, removed = self.store.pending()
            self.store.set_meta(_REBUILT, str(time.time_ns()))  # others look again before they ask
            shutil.rmtree(self.folder, ignore_errors=True)
            try:
                collection = self._open()
                ids, _ = self.store.vectors()
                self._add(collection, ids, progress)
            except Exception as error:
                raise CollectionError(
                    f"The dense index at {self.folder} cannot be written: {error}.",
                    hint="Is there room on the disk, and may this user write there?",
                ) from error
            self.store.settle([*added, *removed])
            self._generation = generation

    def differences(self) -> Iterator[str]:
        """Yield what Chroma holds otherwise than the store; the caller holds the lock.

        Changes that the store has noted for it and that it has not followed yet are none.
        """
        with self._lock:
            added, removed = self.store.pending()
            held: set[int] = set()
            if not self.folder.is_dir():
                if self.store.chunk_count() > len(added):
                    yield "it is not there"
                return
            try:
                collection = self._open()
                for offset in range(0, collection.count(), _BATCH):
                    found = collection.get(limit=_BATCH, offset=offset, include=["embeddings"])
                    rows = {
                        int(id): vector
                        for id, vector in zip(found["ids"], found["embeddings"], strict=True)
                    }
                    held |= rows.keys()
                    for id, vector in zip(*self.store.vectors(list(rows)), strict=True):
                        if not np.allclose(rows[id], vector, atol=1e-4):
                            yield f"chunk {id} has another vector there"
                ids = self.store.chunk_ids()
                for id in ids[:: max(1, len(ids) // _SAMPLED)]:
                    _, vectors = self.store.vectors([id])
                    if id in held and self._query(vectors[0], 1)[0][1] < 1.0 - 1e-3:
                        yield f"chunk {id} is not found with its own vector"
            except BaseException as error:
                _reraise_interrupt(error)
                yield f"it cannot be read: {error}"
                return
            if missing := set(ids) - held - set(added):
                yield f"{len(missing)} chunks are missing, the first is {min(missing)}"
            if extra := held - set(ids) - set(removed):
                yield f"{len(extra)} chunks are too many, the first is {min(extra)}"

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            if self._collection is not None:
                self._collection = None
                _forget_clients()

    def _is_large(self) -> bool:
        return self._look().chunks > self.exact_up_to

    def _held(self) -> int:
        """Return how many chunks Chroma holds where it is in step with the store, else 0."""
        seen = self._look()
        if not seen.in_step and self.problem() is None:
            seen.in_step = True
        return seen.chunks if seen.in_step and not self._failed else 0

    def _look(self) -> _Seen:
        """Return what was seen of the store as it is now; counting each time would be slow."""
        now = self.store.generation, self.store.meta(_REBUILT) or ""
        if self._seen.moment != now:
            self._seen = _Seen(now, self.store.chunk_count())
        return self._seen

    def _query(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        collection = self._open()
        found = collection.query(
            query_embeddings=[vector.tolist()],
            n_results=k,
            include=["distances"],
        )
        return [
            (int(id), 1.0 - float(distance))
            for id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def _open(self) -> Any:
        if self._collection is None:
            import chromadb
            from chromadb.config import Settings

            client = chromadb.PersistentClient(
                str(self.folder),
                settings=Settings(anonymized_telemetry=False, allow_reset=False),
            )
            # Without `embedding_function=None` Chroma would fetch a model from the network.
            self._collection = client.get_or_create_collection(
                NAME,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            )
            self._generation = self.store.generation
        return self._collection

    def _add(
        self, collection: Any, ids: Sequence[int], progress: Callable[[int], None] | None = None
    ) -> None:
        for part in _parts(ids):
            present, vectors = self.store.vectors(part)
            if present:
                collection.upsert(ids=[str(id) for id in present], embeddings=vectors)
            if progress:
                progress(len(part))


class _ExactIndex:
    """Nearest neighbours by comparing with every vector."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._generation = -1
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)

    def search(
        self, vector: Vectors, k: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the `k` nearest chunks, best first."""
        generation = self.store.generation
        if generation != self._generation:
            held, self._vectors = self.store.vectors()
            self._ids = np.asarray(held, np.int64)
            self._generation = generation
        if not len(self._ids):
            return []
        ids, vectors = self._ids, self._vectors
        if among is not None:
            chosen = np.isin(ids, np.asarray(among, np.int64))
            ids, vectors = ids[chosen], vectors[chosen]
        similarities = vectors @ vector
        best = np.argsort(-similarities, kind="stable")[:k]
        return [(int(ids[i]), float(similarities[i])) for i in best]


def _parts(values: Sequence[int]) -> list[Sequence[int]]:
    return [values[start : start + _BATCH] for start in range(0, len(values), _BATCH)]


def _reraise_interrupt(error: BaseException) -> None:
    """Let go on what the user did; Chroma's Rust side panics with a BaseException of its own."""
    if isinstance(error, KeyboardInterrupt | SystemExit):
        raise error


def _forget_clients() -> None:
    """Make Chroma open its files anew; it keeps a client for each folder otherwise."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()
