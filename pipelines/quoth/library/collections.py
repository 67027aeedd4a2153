"""The collections of a home: which there are, and the one that a name means."""

from __future__ import annotations

import difflib
from pathlib import Path

from quoth.errors import UsageError

STORE = "library.sqlite"


def list_collections(home: Path) -> tuple[str, ...]:
    """Return the names of the collections in a home, sorted."""
    return tuple(sorted(path.parent.name for path in (home / "collections").glob(f"*/{STORE}")))


def has_collection(home: Path, name: str) -> bool:
    """Whether there is a collection of this name."""
    return (home / "collections" / name / STORE).is_file()


def check_collection(home: Path, name: str) -> None:
    """Raise `UsageError`, with the nearest name, unless there is a collection of this name."""
    if has_collection(home, name):
        return
    names = list_collections(home)
    if not names:
        raise UsageError(
            f"The collection {name!r} is empty: nothing was ingested yet.",
            hint="Fill it with: quoth ingest FOLDER",
        )
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    raise UsageError(
        f"There is no collection {name!r}." + (f" The nearest one is {near[0]!r}." if near else ""),
        hint=f"Collections: {', '.join(names)}. `quoth ingest FOLDER -c {name}` makes one.",
    )
