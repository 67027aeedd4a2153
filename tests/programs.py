"""The command as the tests run it."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol


class Quoth(Protocol):
    """Runs `quoth` with these arguments and environment variables."""

    def __call__(
        self, *arguments: str | Path, input: str = "", **environment: str
    ) -> CompletedProcess[str]: ...
