"""Reading many files in worker processes, where a bad one costs only itself."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from quoth.errors import ConfigurationError, CorruptDocumentError, DocumentError, LimitExceededError
from quoth.load import wire
from quoth.load.contract import Limits, LoadOptions
from quoth.types import Document

# The path of modules is handed over, so that a worker finds what its pool finds; `-P` keeps the
# current folder, which may be the one with the user's documents, out of it until then.
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop()); "
    "from quoth.load.worker import main; main()"
)
_AHEAD_PER_WORKER = 3

Outcome = Document | DocumentError
_Jobs = queue.SimpleQueue[Path | None]
_Results = queue.SimpleQueue[tuple[Path, Outcome | Exception]]


class LoaderPool:
    """Worker processes that read files within limits of time, memory, pages and unpacked size.

    A file that crashes its parser, hangs or blows up gets a `DocumentError`, a fresh worker takes
    over, and no other file is touched. Workers start when there is something to read, never more
    of them than files; they end with `close`, with the `with` block, and with this process
    however it ends. Raises `ConfigurationError` if `ocr` is asked for and tesseract is missing.

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
            from quoth.load.ocr import require_tesseract

            require_tesseract()
        self._count = max(1, workers if workers is not None else min(os.cpu_count() or 1, 8))
        self._options = LoadOptions(tuple(passwords), limits or Limits(), ocr)
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._stopping = threading.Event()
        self._last_resort = weakref.finalize(self, _kill_all, self._processes)

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
        """End all workers at once, also those that are reading; a loop over `load_all` ends.

        The pool can be used again; new workers start then.
        """
        self._stopping.set()
        _kill_all(self._processes)
        while True:
            try:
                self._idle.get_nowait().end()
            except queue.Empty:
                break

    def load_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Outcome]]:
        """Give each path with its document, or with the error that kept it from being read.

        Results come as they are ready, not in the order of `paths`. `paths` is read, in the
        caller's thread, only a few files ahead of what has been taken, so that memory stays flat
        for folders of any size. Leaving the loop early ends the workers. One loop at a time.
        """
        self._stopping = stopping = threading.Event()
        jobs: _Jobs = queue.SimpleQueue()
        results: _Results = queue.SimpleQueue()
        threads: list[threading.Thread] = []
        source = iter(paths)
        under_way = 0
        exhausted = finished = False
        try:
            while True:
                while not exhausted and under_way < self._count * _AHEAD_PER_WORKER:
                    path = next(source, None)
                    if path is None:
                        exhausted = True
                        break
                    jobs.put(path)
                    under_way += 1
                    if len(threads) < min(self._count, under_way):
                        thread = threading.Thread(
                            target=self._serve, args=(jobs, results, stopping), daemon=True
                        )
                        threads.append(thread)
                        thread.start()
                if not under_way:
                    finished = True
                    return
                path, outcome = results.get()
                under_way -= 1
                if stopping.is_set():
                    return
                if not isinstance(outcome, Outcome):
                    raise outcome
                yield path, outcome
        finally:
            if not finished:
                self.close()
            for _ in threads:
                jobs.put(None)
            for thread in threads:
                thread.join(timeout=5)

    def _serve(self, jobs: _Jobs, results: _Results, stopping: threading.Event) -> None:
        """Pass jobs to one worker until there are no more; runs in a thread of its own."""
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = _Worker(self._options, self._processes)
        while (path := jobs.get()) is not None and not stopping.is_set():
            try:
                results.put((path, worker.load(path, stopping)))
            except Exception as error:  # it belongs to whoever waits for the results
                results.put((path, error))
                break
        if stopping.is_set():
            worker.end()
        else:
            self._idle.put(worker)


class _Worker:
    """One worker process at a time, replaced when it ends."""

    def __init__(self, options: LoadOptions, processes: set[subprocess.Popen[bytes]]) -> None:
        self._options = options
        self._processes = processes
        self._process: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._expired = False

    def load(self, path: Path, stopping: threading.Event) -> Outcome:
        """Return what the worker makes of a file.

        A worker that dies of a file may have been harmed by an earlier one, so the file is given
        to a fresh worker before it is blamed.
        """
        answer = self._ask(path, stopping)
        if answer is None and not self._expired and self._files > 1 and not stopping.is_set():
            self.end()
            answer = self._ask(path, stopping)
        if answer is None:
            return self._blame(path)
        if answer["leaving"]:
            self.end()
        if "error" in answer:
            return wire.unpack_error(answer["error"])
        return wire.unpack_document(answer["document"], str(path))

    def _ask(self, path: Path, stopping: threading.Event) -> dict[str, Any] | None:
        """Return the worker's answer, `None` if it died or was stopped for taking too long."""
        process = self._process
        if process is None or process.poll() is not None:
            self.end()
            process = self._start()
            if stopping.is_set():  # the pool was closed before it could know of this process
                process.kill()
        self._files += 1
        self._expired = False
        timer = threading.Timer(self._options.limits.seconds, self._expire, [process])
        timer.daemon = True
        timer.start()
        try:
            wire.send(cast(Any, process.stdin), {"path": os.path.abspath(path)})  # noqa: PTH100
            return wire.receive(cast(Any, process.stdout))
        except (OSError, ValueError):  # its pipe broke, or what came was cut off
            return None
        finally:
            timer.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._processes.add(process)
        self._process, self._files = process, 0
        try:
            wire.send(cast(Any, process.stdin), wire.pack_options(self._options))
            ready = wire.receive(cast(Any, process.stdout))
        except (OSError, ValueError):
            ready = None
        if ready is None:
            code = process.wait()
            raise ConfigurationError(
                f"The process that reads documents did not start (exit code {code}).",
                hint=f"See why with: {sys.executable} -c 'import quoth.load.worker'",
            )
        return process

    def _expire(self, process: subprocess.Popen[bytes]) -> None:
        self._expired = True
        process.kill()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            _kill(self._process)
            self._processes.discard(self._process)
            self._process = None

    def _blame(self, path: Path) -> DocumentError:
        """Return the error for a file that its worker did not survive."""
        code = 0
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=5)
        self.end()
        limits = self._options.limits
        if self._expired:
            return LimitExceededError(
                f"{path.name} was given up: reading it took more than {limits.seconds:g} seconds.",
                hint="Raise the limit seconds if the file is worth it.",
            )
        if code == -getattr(signal, "SIGKILL", 9):
            return LimitExceededError(
                f"{path.name} was given up: its reader was stopped by the system, most likely "
                "because memory ran out."
            )
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return CorruptDocumentError(
            f"{path.name} crashed its reader ({name}): it is broken, or it needs more than "
            f"{limits.memory_megabytes:,} MB of memory."
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was still to be written has nobody to read it
                pipe.close()


def _kill_all(processes: set[subprocess.Popen[bytes]]) -> None:
    """Kill first and clean up then, so that all end at once."""
    ending = list(processes)
    for process in ending:
        process.kill()
    for process in ending:
        process.wait()
        processes.discard(process)
