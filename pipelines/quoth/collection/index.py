"""The dense index: Chroma over the store. It can be thrown away, and is made again from SQLite.

SQLite says which chunks there are; the index follows. A transaction notes in the store (`pending`)
what it added or removed, and the process with the write lock applies the notes to Chroma. A search
asks Chroma only when Chroma agrees with the store. When it does not (another process is writing,
the folder is damaged or gone), the search compares every vector in SQLite, which is always right
and only slower. Small collections are searched so as well: that takes milliseconds, and opening
Chroma seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quoth.collection.chroma import BATCH, Chroma
from quoth.collection.compare import compare_index
from quoth.collection.exact import ExactIndex
from quoth.collection.store import Store
from quoth.errors import CollectionBusyError, CollectionError
from quoth.system import WriteLock
from quoth.types import Vectors

EXACT_UP_TO = 20_000
"""Chunks up to which comparing with every vector is faster than opening Chroma."""
_REBUILT = "index rebuilt"


@dataclass(slots=True)
class _Seen:
    """The store at one moment: its generation and the time of the last rebuild of the index."""

    moment: tuple[int, str] = (-1, "")
    chunks: int = 0
    agrees: bool = False


class DenseIndex:
    """Nearest neighbours by cosine, over the vectors of one store."""

    def __init__(
        self, store: Store, folder: Path, lock: WriteLock, *, exact_up_to: int = EXACT_UP_TO
    ) -> None:
        self.store = store
        self.chroma = Chroma(folder)
        self.exact_up_to = exact_up_to
        self.lock = lock
        self._lock = threading.RLock()
        self._generation = -1
        self._followed = -1
        self._seen = _Seen()
        self._failed = ""
        self._exact = ExactIndex(store)

    @property
    def folder(self) -> Path:
        """The folder of Chroma."""
        return self.chroma.folder

    def search(
        self, vector: Vectors, k: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the `k` nearest chunks, best first.

        `among` restricts the search to these chunks.
        """
        with self._lock:
            if among is None and self._is_large():
                if count := self._count_if_current():
                    try:
                        return self._current().search(vector, min(k, count))
                    except CollectionError as error:
                        self._failed = str(error)
                self._followed = -1
            return self._exact.search(vector, k, among=among)

    def follow(self) -> None:
        """Apply the store's changes where a search would ask Chroma, unless another writes."""
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
        """Return why Chroma does not agree with the store; `None` when it does."""
        with self._lock:
            if self._failed:
                return self._failed
            added, removed = self.store.pending()
            if added or removed:
                return f"{len(added) + len(removed)} changes of the store are not in the index yet"
            if self._generation != self.store.generation:
                self.close()
            try:
                indexed, stored = self._current().count(), self.store.chunk_count()
            except CollectionError as error:
                return str(error)
            if indexed != stored:
                return f"the index holds {indexed} chunks and the store {stored}"
            return None

    def sync(self) -> None:
        """Apply the store's additions and removals to Chroma. The caller holds the lock."""
        with self._lock:
            added, removed = self.store.pending()
            if not added and not removed:
                return
            try:
                self._current().remove(removed)
                self._add(added)
            except CollectionError:
                self.rebuild()
                return
            self.store.settle([*added, *removed])
            self._generation = self.store.generation

    def rebuild(self) -> None:
        """Make the index again from the vectors in the store. The caller holds the lock.

        Nothing is embedded. Raises `CollectionError` when the index cannot be written.
        """
        with self._lock:
            self._failed = ""
            generation = self.store.generation
            added, removed = self.store.pending()
            self.store.set_meta(_REBUILT, str(time.time_ns()))  # others look again before they ask
            self.chroma.clear()
            self._add(self.store.chunk_ids())
            self.store.settle([*added, *removed])
            self._generation = generation

    def differences(self) -> Iterator[str]:
        """Yield what Chroma holds otherwise than the store. The caller holds the lock."""
        with self._lock:
            yield from compare_index(self.store, self.chroma)

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self.chroma.close()

    def _is_large(self) -> bool:
        return self._look().chunks > self.exact_up_to

    def _count_if_current(self) -> int:
        """Return the number of chunks in Chroma where it agrees with the store, else 0."""
        seen = self._look()
        if not seen.agrees and self.problem() is None:
            seen.agrees = True
        return seen.chunks if seen.agrees and not self._failed else 0

    def _look(self) -> _Seen:
        """Return the state of the store now; counting each time would be slow."""
        now = self.store.generation, self.store.meta(_REBUILT) or ""
        if self._seen.moment != now:
            self._seen = _Seen(now, self.store.chunk_count())
        return self._seen

    def _current(self) -> Chroma:
        """Return Chroma, and note which generation of the store it is opened at."""
        if not self.chroma.is_open:
            self._generation = self.store.generation
        return self.chroma

    def _add(self, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), BATCH):
            self._current().put(*self.store.vectors(ids[start : start + BATCH]))
