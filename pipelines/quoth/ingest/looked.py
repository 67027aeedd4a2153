"""When each folder was last looked at: tells an edit that keeps the size and the time of a file.

A program may write a file and set its modification time back. The time at which the system last
changed its record of the file (`st_ctime`) cannot be set, so a file with a later one is hashed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from quoth.collection import Store
from quoth.ingest.walk import File
from quoth.system import read_column

_KEY = "looked"

Looked = Mapping[str, int]
"""The paths that were ingested, with the time in nanoseconds at which the last run began."""


def read_looked(store: Store) -> Looked:
    """Return when each path was looked at."""
    return dict(read_column(store.meta(_KEY) or "{}"))


def note_looked(store: Store, roots: Iterable[str], at_ns: int) -> None:
    """Note that these files and folders were looked at; what lies in them needs no note."""
    new = dict.fromkeys(roots, at_ns)
    known = {path: at for path, at in read_looked(store).items() if not _above(path, new)}
    store.set_meta(_KEY, json.dumps({**known, **new}))


def forget_looked(store: Store, paths: Iterable[str]) -> None:
    """Forget when these files were looked at."""
    gone = set(paths)
    known = {path: at for path, at in read_looked(store).items() if path not in gone}
    store.set_meta(_KEY, json.dumps(known))


def may_have_changed(file: File, looked: Looked) -> bool:
    """Whether the system changed its record of a file after it was looked at."""
    times = [looked[path] for path in _above(str(file.path), looked)]
    return bool(times) and file.ctime_ns >= max(times)


def _above(path: str, roots: Mapping[str, int]) -> list[str]:
    """Return those of the roots that a path is, or lies below."""
    return [root for root in roots if path == root or path.startswith(root.rstrip("/\\") + "/")]
