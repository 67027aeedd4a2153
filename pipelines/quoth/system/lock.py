"""One writer at a time: a lock on a collection, that a dead process cannot keep."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from quoth.errors import CollectionBusyError, CollectionError


class WriteLock:
    """The right to write to what lies beside `path`. The system frees it when its holder dies.

    `announce` is called once with a sentence that names the holder when there is a wait.
    """

    def __init__(self, path: Path) -> None:
        self.announce: Callable[[str], None] = lambda _: None
        self._holder = path.with_suffix(".holder")
        self._lock = FileLock(path)

    @contextmanager
    def held(self, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the lock; raise `CollectionBusyError` that names who has it after the wait."""
        try:
            self._acquire(wait_seconds)
        except Timeout as error:
            raise CollectionBusyError(
                f"{self.holder()} is writing to this collection.",
                hint="Run the same command again when it is done, or use another --collection.",
            ) from error
        except OSError as error:
            raise CollectionError(
                f"{self._holder.parent} cannot be written: {error.strerror}.",
                hint="Name a folder of your own in QUOTH_HOME.",
            ) from error
        try:
            with contextlib.suppress(OSError):
                self._holder.write_text(f"Process {os.getpid()} ({' '.join(sys.argv[:2])})")
            yield
        finally:
            self._lock.release()

    def _acquire(self, wait_seconds: float) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            if wait_seconds <= 0:
                raise
            self.announce(
                f"{self.holder()} is writing to this collection; waiting for it, "
                f"{wait_seconds:g} seconds at most."
            )
            self._lock.acquire(timeout=wait_seconds, poll_interval=0.1)

    def holder(self) -> str:
        """Return a name for who holds the lock, as well as it can be known."""
        try:
            return self._holder.read_text() or "Another process"
        except OSError:
            return "Another process"
