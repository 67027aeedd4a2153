"""Tells a call that waits for its turn from one that its server has forgotten."""

from __future__ import annotations

import time


class Progress:
    """The time of the last byte that any call to one model has got."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def note(self) -> None:
        """Note that a call has got something."""
        self._last = time.monotonic()

    def within(self, seconds: float) -> bool:
        """Return whether a call has got something in the last `seconds`."""
        return time.monotonic() - self._last < seconds
