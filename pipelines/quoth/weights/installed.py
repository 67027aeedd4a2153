"""Models that are installed here, and the progress of fetching one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that a backend has here. `name` is what stands behind `backend:`."""

    name: str
    bytes: int = 0
    quantization: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far the fetching of a model is: what is being done, and bytes of how many."""

    status: str
    completed: int = 0
    total: int = 0
