"""The contract of a loader: a callable from a path and options to a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from quoth.config import Limits
from quoth.errors import UnsupportedFormatError
from quoth.types import Document


def _load_no_part(path: Path, options: LoadOptions) -> Document:
    raise UnsupportedFormatError(f"{path.name} is inside another file and is not read.")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """The caller's options. `passwords` are tried in order, after an attempt without one.

    `depth` is 0 for the user's own file, and one more for each level of attachments. A loader reads
    an embedded file of any format with `load_part`.
    """

    passwords: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    ocr: bool = False
    depth: int = 0
    load_part: Loader = field(default=_load_no_part, compare=False)


Loader = Callable[[Path, LoadOptions], Document]
