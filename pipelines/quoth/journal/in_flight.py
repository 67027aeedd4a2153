"""The calls in flight, so that threads do not make the same call twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 60.0
"""The longest wait in seconds for a streamed call; its reader may never reach the end."""

_TICK = 0.2


class _Claim:
    """One call in flight, and the threads that wait for it."""

    def __init__(self) -> None:
        self.users = 0
        self._lock = threading.Lock()
        self._thread = 0
        self._streamed = False

    def acquire(self, streamed: bool) -> bool:
        """Wait for the call to end; return whether this thread may now make it."""
        if self._thread == threading.get_ident():
            return False  # This thread reads a stream of the same call, and would wait forever.
        begin = time.monotonic()
        while not self._lock.acquire(timeout=_TICK):
            if self._streamed and time.monotonic() - begin > PATIENCE:
                return False
        self._thread, self._streamed = threading.get_ident(), streamed
        return True

    def release(self) -> None:
        self._thread, self._streamed = 0, False
        self._lock.release()


class InFlight:
    """The calls in flight in this process, by key."""

    def __init__(self) -> None:
        self._claims: dict[str, _Claim] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._claims)

    @contextmanager
    def claim(self, key: str, *, streamed: bool = False) -> Iterator[None]:
        """Let one thread at a time make the call; the others wait here until it is recorded.

        A `streamed` call ends when its reader likes, so others wait for it only `PATIENCE` seconds.
        """
        with self._lock:
            claim = self._claims.setdefault(key, _Claim())
            claim.users += 1
        try:
            acquired = claim.acquire(streamed)
            try:
                yield
            finally:
                if acquired:
                    claim.release()
        finally:
            with self._lock:
                claim.users -= 1
                if not claim.users:
                    del self._claims[key]
