"""Remembers prompts, in order to tell a server's prompt cache from a prompt that was cut."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from os.path import commonprefix

_REMEMBERED = 32


class PromptMemory:
    """The last prompts of one model. Safe to use from many threads."""

    def __init__(self) -> None:
        self._sent: deque[str] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()

    def explains(self, prompt: str, missing: int, count: Callable[[str], int]) -> bool:
        """Return whether `missing` tokens may have come from the cache of an earlier prompt.

        A cache holds prefixes of prompts, so the longest prefix that `prompt` shares is counted.
        """
        with self._lock:
            sent = list(self._sent)
        prefixes = (commonprefix([prompt, earlier]) for earlier in sent)  # noqa: RUF071  # no paths
        shared = max(map(len, prefixes), default=0)
        return shared > 0 and count(prompt[:shared]) >= missing

    def remember(self, prompt: str) -> None:
        """Keep a prompt that was sent."""
        with self._lock:
            self._sent.append(prompt)
