"""The dense index: Chroma over the store. It can be deleted, and is rebuilt from SQLite.

The store is the truth, and the index follows it. A transaction of the store notes the chunks that
it added or removed (`pending`), and the process with the write lock applies the notes to Chroma. A
search uses Chroma only when Chroma agrees with the store. Otherwise (another process is writing, or
the folder is damaged or gone) the search compares every vector in SQLite, which is always right and
only slower. Small collections are always searched that way: it takes milliseconds, and opening
Chroma takes seconds.
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
"""The most chunks for which comparing every vector is faster than opening Chroma."""
_REBUILT = "index rebuilt"


@dataclass(slots=True)
class _State:
    """The state of the store at one `moment`: its generation and the last rebuild of the index."""

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
        self._state = _State()
        self._failed = ""
        self._exact = ExactIndex(store)

    @property
    def folder(self) -> Path:
        """The folder of Chroma."""
        return self.chroma.folder

    def search(
        self, vector: Vectors, k: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) for the `k` nearest chunks, best first.

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
        """Apply pending changes if a search would use Chroma and no other process writes."""
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
        """Return the reason why Chroma does not agree with the store, or `None`."""
        with self._lock:
            if self._failed:
                return self._failed
            added, removed = self.store.pending()
            if added or removed:
                return f"{len(added) + len(removed)} changes are not in the index yet"
            if self._generation != self.store.generation:
                self.close()
            try:
                indexed, stored = self._current().count(), self.store.chunk_count()
            except CollectionError as error:
                return str(error)
            if indexed != stored:
                return f"the index holds {indexed} chunks, the store {stored}"
            return None

    def sync(self) -> None:
        """Apply the pending changes of the store to Chroma. The caller holds the lock."""
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
        """Rebuild the index from the vectors in the store. The caller holds the lock.

        Nothing is embedded. Raises `CollectionError` when the index cannot be written.
        """
        with self._lock:
            self._failed = ""
            generation = self.store.generation
            added, removed = self.store.pending()
            self.store.set_meta(
                _REBUILT, str(time.time_ns())
            )  # other processes check again before a search
            self.chroma.clear()
            self._add(self.store.chunk_ids())
            self.store.settle([*added, *removed])
            self._generation = generation

    def differences(self) -> Iterator[str]:
        """Yield the differences between Chroma and the store. The caller holds the lock."""
        with self._lock:
            yield from compare_index(self.store, self.chroma)

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self.chroma.close()

    def _is_large(self) -> bool:
        return self._read_state().chunks > self.exact_up_to

    def _count_if_current(self) -> int:
        """Return the number of chunks in Chroma if it agrees with the store, else 0."""
        state = self._read_state()
        if not state.agrees and self.problem() is None:
            state.agrees = True
        return state.chunks if state.agrees and not self._failed else 0

    def _read_state(self) -> _State:
        """Return the state of the store; chunks are counted only after a change."""
        moment = self.store.generation, self.store.meta(_REBUILT) or ""
        if self._state.moment != moment:
            self._state = _State(moment, self.store.chunk_count())
        return self._state

    def _current(self) -> Chroma:
        """Return Chroma; note the generation of the store at which it is opened."""
        if not self.chroma.is_open:
            self._generation = self.store.generation
        return self.chroma

    def _add(self, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), BATCH):
            self._current().put(*self.store.vectors(ids[start : start + BATCH]))
