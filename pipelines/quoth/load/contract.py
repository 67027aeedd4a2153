"""What a loader is: a callable from a path and options to a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from quoth.types import Document


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost before it is given up with a `LimitExceededError`.

    `seconds` is wall time and `memory_megabytes` what a worker process may use on top of what it
    takes when idle; both hold in a `LoaderPool`. `pages` and `unpacked_megabytes` (what archives,
    office files and attachments unpack to; for plain files their size) hold everywhere. Of a PDF
    with more than `first_pages` (0: any number) only these are read, and its notes say so.
    """

    seconds: float = 120.0
    memory_megabytes: int = 1024
    pages: int = 20_000
    unpacked_megabytes: int = 256
    first_pages: int = 0

    @property
    def unpacked_bytes(self) -> int:
        """Return `unpacked_megabytes` in bytes."""
        return self.unpacked_megabytes * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the caller asked for. `passwords` are tried in order, after none at all.

    `depth` is 0 for a file of the user's and grows by one for each attachment inside another.
    """

    passwords: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    ocr: bool = False
    depth: int = 0


Loader = Callable[[Path, LoadOptions], Document]
