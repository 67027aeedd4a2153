"""Worker processes that read many files, where a bad file fails alone."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Generator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from quoth.config import Limits
from quoth.errors import CorruptDocumentError, DocumentError, LimitExceededError
from quoth.load import wire
from quoth.load.backlog import Backlog
from quoth.load.contract import LoadOptions
from quoth.system import Child, describe_exit, kill_children
from quoth.types import Document

_AHEAD_PER_WORKER = 3
_START_SECONDS = 60.0
_BACKLOG_BYTES = 64 * 2**20
"""The bytes of documents that are read ahead of the caller."""

Loaded = Document | DocumentError
_Jobs = queue.SimpleQueue[Path | None]
_Results = queue.SimpleQueue[tuple[Path, Loaded | Exception, int]]


class LoaderPool:
    """Worker processes that read files within limits of time, memory, pages and unpacked size.

    A file that crashes, hangs or bloats its parser gets a `DocumentError`, a new worker takes over,
    and no other file is affected. Workers start on demand, no more of them than files. They end
    with `close`, with the `with` block, and when this process ends in any way. Raises
    `MissingExtraError` if `ocr` is set and no engine is installed.

    >>> with LoaderPool(workers=2) as pool:  # doctest: +SKIP
    ...     for path, outcome in pool.load_all(folder.rglob("*.pdf")):
    ...         print(path, outcome)
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        limits: Limits | None = None,
        passwords: Iterable[str] = (),
        ocr: bool = False,
    ) -> None:
        if ocr:
            from quoth.load.ocr import require_ocr

            require_ocr()
        self._count = max(1, workers if workers is not None else min(os.cpu_count() or 1, 8))
        self._options = LoadOptions(tuple(passwords), limits or Limits(), ocr)
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._children: set[Child] = set()
        self._stopping = threading.Event()
        self._backlog = Backlog(_BACKLOG_BYTES)

    @property
    def limits(self) -> Limits:
        """The limits of each file."""
        return self._options.limits

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill all workers, also those that are reading, and end any loop over `load_all`.

        The pool can be used again, with new workers.
        """
        self._stopping.set()
        self._backlog.end()
        kill_children([*self._children])
        while True:
            try:
                self._idle.get_nowait().end()
            except queue.Empty:
                break

    def load_all(self, paths: Iterable[Path]) -> Generator[tuple[Path, Loaded]]:
        """Yield each path with its document or its error.

        Results come in the order of completion. `paths` is consumed in the caller's thread, only a
        few files ahead of the results, and large documents wait in their worker until there is
        room, so that memory stays flat for folders of any size. Leaving the loop early ends the
        workers. Only one loop may run at a time.
        """
        self._stopping = stopping = threading.Event()
        self._backlog = backlog = Backlog(_BACKLOG_BYTES)
        jobs: _Jobs = queue.SimpleQueue()
        results: _Results = queue.SimpleQueue()
        threads: list[threading.Thread] = []
        source = iter(paths)
        pending = 0
        exhausted = finished = False
        try:
            while True:
                while not exhausted and pending < self._count * _AHEAD_PER_WORKER:
                    path = next(source, None)
                    if path is None:
                        exhausted = True
                        break
                    jobs.put(path)
                    pending += 1
                    if len(threads) < min(self._count, pending):
                        thread = threading.Thread(
                            target=self._serve,
                            args=(jobs, results, stopping, backlog),
                            daemon=True,
                        )
                        threads.append(thread)
                        thread.start()
                if not pending:
                    finished = True
                    return
                path, outcome, size = results.get()
                pending -= 1
                if stopping.is_set():
                    return
                if not isinstance(outcome, Loaded):
                    raise outcome
                yield path, outcome
                del outcome
                backlog.release(size)
        finally:
            if not finished:
                self.close()
            for _ in threads:
                jobs.put(None)
            for thread in threads:
                thread.join(timeout=5)

    def _serve(
        self, jobs: _Jobs, results: _Results, stopping: threading.Event, backlog: Backlog
    ) -> None:
        """Pass jobs to one worker until there are no more; runs in a thread of its own."""
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = _Worker(self._options, self._children)
        while (path := jobs.get()) is not None and not stopping.is_set():
            try:
                results.put((path, *worker.load(path, stopping, backlog)))
            except Exception as error:  # raised where the results are awaited
                results.put((path, error, 0))
                break
        if stopping.is_set():
            worker.end()
        else:
            self._idle.put(worker)


class _Worker:
    """One worker process at a time, replaced when it ends."""

    def __init__(self, options: LoadOptions, children: set[Child]) -> None:
        self._options = options
        self._children = children
        self._child: Child | None = None
        self._files = 0

    def load(self, path: Path, stopping: threading.Event, backlog: Backlog) -> tuple[Loaded, int]:
        """Return the worker's outcome for a file, and the bytes that it takes in the backlog.

        A worker that crashes may have been damaged by an earlier file, so the file gets a second
        attempt in a new worker before it is blamed.
        """
        child, reply, size = self._ask(path, stopping, backlog)
        if reply is None and not child.expired and self._files > 1 and not stopping.is_set():
            self.end()
            child, reply, size = self._ask(path, stopping, backlog)
        if reply is None:
            code = child.reap()
            self.end()
            return _blame(path, self._options.limits, code, expired=child.expired), 0
        if reply.leaving:
            self.end()
        return reply.outcome, size

    def _ask(
        self, path: Path, stopping: threading.Event, backlog: Backlog
    ) -> tuple[Child, wire.WorkerReply | None, int]:
        """Return the worker, its reply, which is `None` if it died or took too long, and its size.

        What a worker that died had in the backlog is given back.
        """
        child = self._child
        if child is None or not child.running:
            child = self._start()
            if stopping.is_set():  # the pool was closed before it could know of this process
                child.kill()
        self._files += 1
        request = wire.encode_path(os.path.abspath(path))  # noqa: PTH100
        admitted: list[int] = []

        def admit(size: int) -> None:
            backlog.admit(size)
            admitted.append(size)

        message = child.ask(request, seconds=self._options.limits.seconds, admit=admit)
        if message is None:
            backlog.release(sum(admitted))
            return child, None, 0
        try:
            return child, wire.decode_reply(message, str(path)), len(message)
        except (ValueError, KeyError, TypeError):  # no worker of ours sends this
            error = CorruptDocumentError(f"{path.name} made its reader send an invalid reply.")
            return child, wire.WorkerReply(error, leaving=True), len(message)

    def _start(self) -> Child:
        self.end()
        child = Child("quoth.load.worker:main")
        self._children.add(child)
        self._child, self._files = child, 0
        child.ask(wire.encode_options(self._options), seconds=_START_SECONDS)
        return child

    def end(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.kill()
            self._children.discard(self._child)
            self._child = None


def _blame(path: Path, limits: Limits, code: int, *, expired: bool) -> DocumentError:
    """Return the error for a file that ended its worker."""
    if expired:
        return LimitExceededError(
            f"{path.name} was given up: reading it took more than {limits.seconds:g} seconds.",
            hint="Raise ingestion.max_seconds if the file is worth it.",
        )
    if code == -getattr(signal, "SIGKILL", 9):
        return LimitExceededError(
            f"{path.name} was given up: its reader was stopped by the system, most likely "
            "because memory ran out."
        )
    return CorruptDocumentError(
        f"{path.name} crashed its reader ({describe_exit(code)}): it is broken, or it needs more "
        f"than {limits.memory_megabytes:,} MB of memory."
    )
