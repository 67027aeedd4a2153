"""What a loader is: a callable from a path and options to a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from quoth.config import Limits
from quoth.types import Document


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
