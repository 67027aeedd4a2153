"""The calls that the machines of a fleet made, which a test can count and hold back."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CallLog:
    """A file that all processes write to, with a line for each answered call."""

    path: Path

    def add(self, machine: str, prompt: str) -> None:
        """Add a call, once it is allowed."""
        while len(self.calls()) >= self._allowed():
            time.sleep(0.01)
        digest = hashlib.blake2b(prompt.encode(), digest_size=8).hexdigest()
        out = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(out, f"{digest} {machine}\n".encode())
        os.close(out)

    def calls(self) -> list[str]:
        """Return a text for each answered call, the same for the same prompt."""
        return [line.split()[0] for line in self._lines()]

    def machines(self) -> list[str]:
        """Return the machine of each answered call."""
        return [line.split()[1] for line in self._lines()]

    def allow(self, calls: int | None) -> None:
        """Let machines answer so many calls in all, and hold further ones back."""
        if calls is None:
            self._limit.unlink()
            return
        new = self._limit.with_suffix(".new")
        new.write_text(str(calls))
        new.replace(self._limit)

    @property
    def _limit(self) -> Path:
        return self.path.with_name("allowed")

    def _allowed(self) -> float:
        try:
            return int(self._limit.read_text())
        except FileNotFoundError:
            return float("inf")

    def _lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []
