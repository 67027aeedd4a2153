"""Models that are installed here, and the progress of a download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that a backend has here. `name` is the part behind `backend:`."""

    name: str
    bytes: int = 0
    quantization: str = ""
    path: str = ""
    kind: Literal["language model", "embedder"] = "language model"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The progress of a download: the current step, and its bytes of the total."""

    status: str
    completed: int = 0
    total: int = 0
