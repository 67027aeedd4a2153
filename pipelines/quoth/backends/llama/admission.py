"""Limits the calls that run at once by the tokens that the window holds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Admission:
    """A token budget that running calls share. Calls are admitted in the order of their arrival.

    Sequences of one context share its window: without this, four calls that fit one by one would
    cut each other short.
    """

    def __init__(self, tokens: int, calls: int) -> None:
        self._all = self._tokens = tokens
        self._calls = calls
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    @contextmanager
    def admit(self, tokens: int) -> Iterator[None]:
        """Wait until `tokens` fit the budget, and hold them for the call."""
        turn = object()
        whole = min(tokens, self._all)
        with self._changed:
            self._waiting.append(turn)
            try:
                self._changed.wait_for(
                    lambda: self._waiting[0] is turn and self._tokens >= whole and self._calls > 0
                )
            finally:
                self._waiting.remove(turn)
                self._changed.notify_all()
            self._tokens -= whole
            self._calls -= 1
        try:
            yield
        finally:
            with self._changed:
                self._tokens += whole
                self._calls += 1
                self._changed.notify_all()


@contextmanager
def admit_at_once(tokens: int) -> Iterator[None]:
    """Admit a call immediately."""
    yield
