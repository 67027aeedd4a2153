"""A lock on a folder that one process at a time may write to; it ends with its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from quoth.errors import CollectionBusyError, UsageError
from quoth.system.files import make_file, make_folder


class WriteLock:
    """A write lock on a folder, which one process at a time holds through the lock file `path`.

    `subject` names the folder in messages. `busy_hint` is for a lock that another process holds,
    `denied_hint` for a folder that cannot be written. Before a wait, `announce` is called once,
    with a sentence that names the holder.
    """

    def __init__(
        self,
        path: Path,
        *,
        subject: str = "this collection",
        busy_hint: str = "Run the same command again later, or use another --collection.",
        denied_hint: str = "Set QUOTH_HOME to a folder that you can write to.",
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
            make_folder(self._note.parent)
            make_file(Path(self._lock.lock_file))
            self._acquire(wait_seconds)
        except Timeout as error:
            raise CollectionBusyError(
                f"{self._describe_holder()} is writing to {self._subject}.", hint=self._busy_hint
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
                f"{self._describe_holder()} is writing to {self._subject}; waiting up to "
                f"{wait_seconds:g} seconds for it."
            )
            self._lock.acquire(timeout=wait_seconds, poll_interval=0.1)

    def _describe_holder(self) -> str:
        """Return the number and command of the process that holds the lock, if known."""
        try:
            return self._note.read_text() or "Another process"
        except OSError:
            return "Another process"
