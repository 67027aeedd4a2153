"""A part of a file in another format, read by the loader of that format."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

from quoth.errors import CorruptDocumentError
from quoth.load.contract import LoadOptions
from quoth.types import Document

_MAX_DEPTH = 3


def load_inner(content: bytes, name: str, options: LoadOptions) -> Document:
    """Return a part of a file as a document.

    Raises a `DocumentError` for a part that no loader reads, and for one that is nested too deeply.
    """
    if options.depth >= _MAX_DEPTH:
        raise CorruptDocumentError(f"{name} is nested too deeply.")
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        path = Path(folder, "part" + PurePosixPath(name).suffix[:16])
        path.write_bytes(content)
        return options.load_part(path, replace(options, depth=options.depth + 1))
