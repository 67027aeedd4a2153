"""A folder that one process at a time may write to; a process that dies frees it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from quoth.errors import CollectionBusyError, UsageError


class WriteLock:
    """The right to write to a folder, kept in the lock file `path` by one process at a time.

    `subject` and the hints are for messages: what is written to, what to do while another process
    has the lock, and what to do when the folder cannot be written. `announce` is called once, with
    a sentence that names the holder, when there is a wait.
    """

    def __init__(
        self,
        path: Path,
        *,
        subject: str = "this collection",
        busy_hint: str = "Run the same command again when it is done, or use another --collection.",
        denied_hint: str = "Name a folder of your own in QUOTH_HOME.",
    ) -> None:
        self.announce: Callable[[str], None] = lambda _: None
        self._subject = subject
        self._busy_hint = busy_hint
        self._denied_hint = denied_hint
        self._note = path.with_suffix(".holder")
        self._lock = FileLock(path)

    @contextmanager
    def hold(self, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the lock within the block.

        Raises `CollectionBusyError`, which names the holder, when another process still has the
        lock after the wait, and `UsageError` when the folder cannot be written.
        """
        try:
            self._note.parent.mkdir(parents=True, exist_ok=True)
            self._acquire(wait_seconds)
        except Timeout as error:
            raise CollectionBusyError(
                f"{self.holder()} is writing to {self._subject}.", hint=self._busy_hint
            ) from error
        except OSError as error:
            raise UsageError(
                f"The folder {self._note.parent} cannot be written: {error.strerror}.",
                hint=self._denied_hint,
            ) from error
        try:
            with suppress(OSError):
                self._note.write_text(f"Process {os.getpid()} ({' '.join(sys.argv[:2])})")
            yield
        finally:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()

    def _acquire(self, wait_seconds: float) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            if wait_seconds <= 0:
                raise
            self.announce(
                f"{self.holder()} is writing to {self._subject}; waiting for it, "
                f"{wait_seconds:g} seconds at most."
            )
            self._lock.acquire(timeout=wait_seconds, poll_interval=0.1)

    def holder(self) -> str:
        """Return a name for the process that holds the lock, as well as it is known."""
        try:
            return self._note.read_text() or "Another process"
        except OSError:
            return "Another process"
