"""The dense index: the vectors of the store in a file, and in Chroma where there are very many.

The store is the truth, and the index follows it. It can be deleted, and is made again from SQLite.
A transaction of the store notes the chunks that it added or removed (`pending`), and the process
with the write lock applies the notes. Up to `EXACT_UP_TO` chunks a search compares every vector of
the file, which needs no opening; above, it asks Chroma, if Chroma agrees with the store. Where the
index does not agree (another process is writing, or it is damaged or gone), the search compares the
vectors in SQLite, which is always right and only slower.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from quoth.collection.chroma import AT_ONCE, Chroma
from quoth.collection.compare import compare_chroma, compare_file
from quoth.collection.exact import ExactIndex, Nearest, find_nearest
from quoth.collection.store import Store
from quoth.collection.vector_file import Batch, VectorFile
from quoth.errors import CollectionBusyError, CollectionError, UsageError
from quoth.system import WriteLock
from quoth.types import Vectors

EXACT_UP_TO = 1_000_000
"""The most chunks whose vectors are all compared, which then takes about 50 ms."""
FOLLOWED_FROM = 20_000
"""The most chunks whose vectors a search reads from SQLite rather than making the file again."""
_ASIDE_FROM = 5_000
"""The least chunks whose comparison is worth a thread: a quarter of a millisecond."""
_BATCH = 4096
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
        self.file = VectorFile(store.path.with_name("vectors.bin"))
        self._exact = ExactIndex(store, self.file)
        self._threads: ThreadPoolExecutor | None = None

    @property
    def folder(self) -> Path:
        """The folder of Chroma."""
        return self.chroma.folder

    def search(self, vector: Vectors, k: int, *, among: Sequence[int] | None = None) -> Nearest:
        """Return (chunk id, cosine) for the `k` nearest chunks, best first.

        `among` restricts the search to these chunks.
        """
        if among is None:
            return self.begin_search(vector, k)()
        with self._lock:
            return self._exact.search(vector, k, among=among)

    def begin_search(self, vector: Vectors, k: int) -> Callable[[], Nearest]:
        """Begin a search among all chunks; return the function that waits for what it finds.

        In a large collection it runs on a thread of its own, which does not read the store.
        """
        with self._lock:
            count = self._count_if_current() if self._is_large() else 0
            compare: Callable[[], Nearest] = (
                partial(self._current().search, vector, min(k, count))
                if count
                else partial(find_nearest, self._exact.read(), vector, k)
            )
            if self._read_state().chunks >= _ASIDE_FROM:
                compare = self._aside.submit(compare).result
        return partial(self._finish, compare, vector, k)

    def follow(self) -> None:
        """Apply pending changes to a large index, if no other process writes."""
        with self._lock:
            generation = self.store.generation
            if self._followed == generation and not self._failed:
                return
            if self._read_state().chunks > min(FOLLOWED_FROM, self.exact_up_to):
                self._repair()
            self._followed = generation

    def problem(self) -> str | None:
        """Return the reason why the index does not agree with the store, or `None`."""
        with self._lock:
            if self._failed:
                return self._failed
            added, removed = self.store.pending()
            if added or removed:
                return f"{len(added) + len(removed)} changes are not in the index yet"
            if self.file.read(self.store.vectors_state) is None:
                return "the file of vectors is damaged or gone"
            return self._problem_of_chroma() if self._is_large() else None

    def is_left_over(self) -> bool:
        """Whether there are vectors that the store knows nothing of: it was lost, and is new."""
        return not self.store.vectors_state and (self.file.path.exists() or self.folder.exists())

    def sync(self) -> None:
        """Apply the pending changes of the store. The caller holds the lock.

        Chroma follows in steps: what was followed before an interruption is not followed again.
        """
        with self._lock:
            added, removed = self.store.pending()
            step = AT_ONCE if self._is_large() else max(1, len(added))
            for start in range(0, max(1, len(added)), step):
                later = added[start + step :]
                if not self._apply(added[start : start + step], removed, later):
                    return
                removed = []
            self._generation = self.store.generation

    def _apply(self, added: Sequence[int], removed: Sequence[int], later: Sequence[int]) -> bool:
        """Apply changes, those of `later` left out; return whether these are still to be applied.

        They are not where the index was made again from the whole store.
        """
        changes = [*added, *removed]
        state = self.store.vectors_state
        if changes or self.file.read(state) is None:
            state = self._write_file(state, removed, added, later)
        if not self._is_large():
            self.chroma.clear()
        elif not self._fill_chroma(removed, added, later):
            return False
        if changes or state != self.store.vectors_state:
            self.store.settle(changes, state=state)
        return True

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
            state = self.file.write(self._batches(self.store.chunk_ids()))
            if self._is_large():
                for ids, vectors in self._batches(self.store.chunk_ids()):
                    self._current().put(ids, vectors)
            self.store.settle([*added, *removed], state=state)
            self._generation = generation

    def differences(self) -> Iterator[str]:
        """Yield the differences between the index and the store. The caller holds the lock."""
        with self._lock:
            yield from compare_file(self.store, self.file)
            if self._is_large():
                yield from compare_chroma(self.store, self.chroma)

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self.chroma.close()
            self._exact.close()
            if self._threads is not None:
                self._threads.shutdown()
                self._threads = None

    @property
    def _aside(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor()
        return self._threads

    def _finish(self, compare: Callable[[], Nearest], vector: Vectors, k: int) -> Nearest:
        """Return what a search finds; if Chroma fails, what comparing all vectors finds."""
        try:
            return compare()
        except CollectionError as error:
            with self._lock:
                self._failed, self._followed = str(error), -1
                return self._exact.search(vector, k)

    def _is_large(self) -> bool:
        return self._read_state().chunks > self.exact_up_to

    def _count_if_current(self) -> int:
        """Return the number of chunks in Chroma if it agrees with the store, else 0."""
        state = self._read_state()
        if not state.agrees and self.problem() is None:
            state.agrees = True
        if state.agrees and not self._failed:
            return state.chunks
        self._followed = -1
        return 0

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

    def _repair(self) -> None:
        """Make the index agree with the store, unless another process writes or nobody may."""
        if self.problem() is None:
            return
        try:
            with self.lock.hold():
                if not self._failed:
                    self.sync()
                if self.problem() is not None:
                    self.rebuild()
        except (CollectionBusyError, UsageError):
            return

    def _problem_of_chroma(self) -> str | None:
        if self._generation != self.store.generation:
            self.chroma.close()
        try:
            indexed, stored = self._current().count(), self.store.chunk_count()
        except CollectionError as error:
            return str(error)
        if indexed != stored:
            return f"the index holds {indexed} chunks, the store {stored}"
        return None

    def _write_file(
        self, state: str, removed: Sequence[int], added: Sequence[int], later: Sequence[int]
    ) -> str:
        """Apply changes to the file of vectors, or write it anew; return its new state."""
        changed = self.file.change(state, removed, self._batches(added))
        if changed:
            return changed
        left_out = set(later)
        ids = [id for id in self.store.chunk_ids() if id not in left_out]
        return self.file.write(self._batches(ids))

    def _fill_chroma(
        self, removed: Sequence[int], added: Sequence[int], later: Sequence[int]
    ) -> bool:
        """Apply changes to Chroma; return whether that was all, or the index was made again."""
        try:
            self._current().remove(removed)
            for ids, vectors in self._batches(added):
                self._current().put(ids, vectors)
            if self._current().count() + len(later) == self.store.chunk_count():
                return True
        except CollectionError:
            pass
        self.rebuild()
        return False

    def _batches(self, ids: Sequence[int]) -> Iterator[Batch]:
        for start in range(0, len(ids), _BATCH):
            yield self.store.vectors(ids[start : start + _BATCH])
