"""Ingestion by a fleet: machines read, split and embed; the collection is written here alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from threading import Event

from quoth.errors import DocumentError
from quoth.fleet.executor import FleetExecutor
from quoth.fleet.unit import ReadUnit
from quoth.summarize import Monitor
from quoth.types import Chunk, Document, Vectors

_AHEAD = 64
"""The most files that are ordered and not stored yet."""


class _Stop(Monitor):
    """Stops what was ordered."""

    def __init__(self) -> None:
        self.event = Event()

    @property
    def stopped(self) -> bool:
        """Whether no further file may be begun."""
        return self.event.is_set()


class FleetReader:
    """Reads the files of one ingestion on the machines of a fleet; see `ingest.Elsewhere`."""

    def __init__(self, executor: FleetExecutor) -> None:
        self._executor = executor
        self._chunks: dict[str, Sequence[Chunk]] = {}
        self._vectors: dict[str, Vectors] = {}

    def load_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Document | DocumentError]]:
        """Yield the document of each file, or the reason why there is none, in any order.

        Raises `BackendUnavailableError` when the fleet is gone; what is stored stays, and the next
        run goes on from there.
        """
        waiting: dict[Future[ReadUnit], Path] = {}
        stop, left = _Stop(), iter(paths)
        try:
            while True:
                while len(waiting) < _AHEAD and (path := next(left, None)) is not None:
                    waiting[self._executor.order(path, monitor=stop)] = path
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield waiting.pop(future), self._take(future)
        finally:
            stop.event.set()

    def split(self, document: Document, *, seconds: float | None = None) -> Sequence[Chunk]:
        """Return the chunks of a document that came from `load_all`."""
        return self._chunks.pop(document.source)

    def known_vectors(self, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        """Return the vectors of chunks of documents that came from `load_all`, each once."""
        return {hash: self._vectors.pop(hash) for hash in set(hashes) if hash in self._vectors}

    def _take(self, future: Future[ReadUnit]) -> Document | DocumentError:
        try:
            unit = future.result()
        except DocumentError as error:
            return error
        self._chunks[unit.document.source] = unit.chunks
        self._vectors |= dict(zip(unit.hashes, unit.vectors, strict=True))
        return unit.document


def reader_of(executor: FleetExecutor | None) -> FleetReader | None:
    """Return what reads for an ingestion, `None` for this machine itself."""
    return None if executor is None else FleetReader(executor)
