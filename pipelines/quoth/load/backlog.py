"""What was read and waits to be taken: kept below a number of bytes, however large the files."""

from __future__ import annotations

import threading


class Backlog:
    """The bytes of replies that are read and not yet taken, at most `most`.

    A reply that is larger is let in when no other is there.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._ended = False
        self._changed = threading.Condition()

    def admit(self, size: int) -> None:
        """Wait until there is room for a reply of `size` bytes, which then takes it."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._ended or not self._held or self._held + size <= self._most
            )
            self._held += size

    def release(self, size: int) -> None:
        """Give back the room of a reply that was taken."""
        with self._changed:
            self._held -= size
            self._changed.notify_all()

    def end(self) -> None:
        """Let in whoever waits, and wait no more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
