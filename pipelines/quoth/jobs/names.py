"""The names of the outputs of a job. A name depends on the document, never on its neighbours."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from quoth.jobs.task import TRACES
from quoth.views import FORMATS

REPORTS = ("report.json", "report.html", "report.csv")
FIELD_TABLES = ("fields.csv", "fields.jsonl")

_RESERVED = {name.partition(".")[0] for name in (*REPORTS, *FIELD_TABLES)}

_ENDINGS = tuple(sorted({*FORMATS.values(), *TRACES, ".html", ".csv", ".jsonl"}))
_OF_TRACES = ".trace"
_MOST_BYTES = 255 - max(map(len, _ENDINGS))
_MARK_BYTES = 10


def common_folder(sources: Sequence[Path]) -> Path:
    """Return the folder that holds all sources of a job; a folder holds itself."""
    folders = [path if path.is_dir() else path.parent for path in map(Path.absolute, sources)]
    return _common(folders)


def name_outputs(paths: Sequence[Path], base: Path | None = None) -> dict[Path, str]:
    """Return the name of the outputs of each document, without the ending of a format.

    A name is the path of the document within `base`, or within the nearest folder above `base` that
    holds all documents. A part that would not fit a file system, or that could be the name of
    another output, gets a mark that follows from itself. So do names of one folder that differ in
    nothing but case or normal form.
    """
    if not paths:
        return {}
    folders = [path.absolute().parent for path in paths]
    root = _common([*folders, *([base.absolute()] if base else [])])
    names = {path: _name(path.absolute(), root) for path in paths}
    shared = Counter(map(_fold, names.values()))
    return {
        path: _marked(name) if shared[_fold(name)] > 1 and name != _fold(name) else name
        for path, name in names.items()
    }


def _common(folders: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on several drives
        return Path()


def _name(path: Path, root: Path) -> str:
    normal = Path(os.path.normpath(path))
    inside = normal.relative_to(root) if normal.is_relative_to(root) else None
    *folders, name = (inside or Path(normal.drive.strip(":\\/"), *normal.parts[1:])).parts
    is_reserved = not folders and name.casefold() in _RESERVED
    kept = [_marked(part) if part.casefold().endswith(_ENDINGS) else part for part in folders]
    if is_reserved or name.casefold().endswith(_OF_TRACES) or len(os.fsencode(name)) > _MOST_BYTES:
        name = _marked(name)
    return "/".join([*kept, name])


def _marked(name: str) -> str:
    """Return a name with a mark that follows from it, shortened to fit a file system."""
    folder, _, last = name.rpartition("/")
    mark = hashlib.sha256(os.fsencode(name)).hexdigest()[: _MARK_BYTES - 2]
    room = _MOST_BYTES - _MARK_BYTES
    short = os.fsencode(last)[:room].decode("utf-8", "ignore")
    return f"{folder}/{short}~{mark}" if folder else f"{short}~{mark}"


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
