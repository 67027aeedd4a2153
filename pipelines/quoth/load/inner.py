"""A part of a file in another format, read by the loader of that format."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from quoth.errors import CorruptDocumentError, DocumentError
from quoth.load.contract import LoadOptions
from quoth.system import ScratchFolder
from quoth.types import Document

_MAX_DEPTH = 3
_LONGEST_NAME = 80
_FOLDERS = re.compile(r"[/\\]")
_UNSAFE = re.compile(r"[^\w.-]")


def load_inner(content: bytes, name: str, options: LoadOptions) -> Document:
    """Return a part of a file as a document.

    Raises a `DocumentError` for a part that no loader reads, and for one that is nested too deeply.
    """
    if options.depth >= _MAX_DEPTH:
        raise CorruptDocumentError(f"{name} is nested too deeply.")
    with tempfile.TemporaryDirectory(dir=_scratch_of(os.getpid()).path) as folder:
        path = Path(folder, _safe_name(name))
        path.write_bytes(content)
        try:
            return options.load_part(path, replace(options, depth=options.depth + 1))
        except DocumentError as error:
            raise type(error)(str(error).replace(path.name, name), hint=error.hint) from error


@cache
def _scratch_of(process: int) -> ScratchFolder:
    """Return the folder for the parts that a process reads, which may be killed meanwhile."""
    return ScratchFolder()


def _safe_name(name: str) -> str:
    """Return the last part of a path as a name for a file."""
    last = _UNSAFE.sub("_", _FOLDERS.split(name)[-1])
    return last[-_LONGEST_NAME:].lstrip(".") or "part"
