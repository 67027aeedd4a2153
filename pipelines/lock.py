"""One writer at a time: a lock on a collection, that a dead process cannot keep."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import CollectionBusyError, CollectionError


class WriteLock:
    """The right to write to what lies beside `path`. The system frees it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._holder = path.with_suffix(".holder")
        self._lock = FileLock(path)

    @contextmanager
    def held(self, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the lock; raise `CollectionBusyError` that names who has it after the wait."""
        try:
            self._lock.acquire(timeout=wait_seconds, poll_interval=0.1)
        except Timeout as error:
            raise CollectionBusyError(
                f"{self.holder()} is writing to this collection.",
                hint="Run the same command again when it is done, or use another --collection.",
            ) from error
        except OSError as error:
            raise CollectionError(
                f"{self._holder.parent} cannot be written: {error.strerror}.",
                hint="Name a folder of your own in CARREL_HOME.",
            ) from error
        try:
            with contextlib.suppress(OSError):
                self._holder.write_text(f"Process {os.getpid()} ({' '.join(sys.argv[:2])})")
            yield
        finally:
            self._lock.release()

    def holder(self) -> str:
        """Return a name for who holds the lock, as well as it can be known."""
        try:
            return self._holder.read_text() or "Another process"
        except OSError:
            return "Another process"
