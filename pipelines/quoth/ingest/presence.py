"""Tells a folder whose files were deleted from one that is not there, as a disk not mounted.

A run removes sources last. What it is to remove is noted first, so that a killed run is taken up:
the next one does not count these sources as gone since then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set

from quoth.collection import Store
from quoth.errors import VanishedSourcesError
from quoth.ingest.plan import Plan, is_under
from quoth.system import read_column

_KEY = "leaving"
_FEW = 1
"""So many files may go at once, however few the folder held."""


def check_presence(
    plan: Plan, roots: Sequence[str], stored: Iterable[str], leaving: Set[str] = frozenset()
) -> None:
    """Raise `VanishedSourcesError` when most stored sources of a root are gone.

    A root whose files were renamed still has as many; what is left out by a pattern is not gone.
    Sources that an earlier run was to remove (`leaving`) are not counted.
    """
    excluded = [outcome.path for outcome in plan.skipped if outcome.status == "excluded"]
    gone = [path for path in plan.gone if path not in leaving and not is_under(path, excluded)]
    if len(gone) <= _FEW:
        return
    known = tuple(path for path in stored if path not in leaving)
    for root in roots:
        before, missing, found = (
            _count_under(root, paths) for paths in (known, gone, _found_by(plan))
        )
        if missing > _FEW and 2 * missing > before and 2 * found < before:
            raise VanishedSourcesError(
                f"{missing} of the {before} files of {root} are not there; nothing was removed.",
                hint="Is the disk or the share mounted? If the files were deleted on purpose: "
                "quoth ingest --allow-empty FOLDER",
            )


def read_leaving(store: Store) -> Set[str]:
    """Return the sources that a run was to remove, and did not live to."""
    return set(read_column(store.meta(_KEY) or "[]"))


def note_leaving(store: Store, roots: Sequence[str], gone: Iterable[str]) -> None:
    """Note that these sources under `roots` are to be removed, and no others under them."""
    known = read_leaving(store)
    _write(store, known, {*(path for path in known if not is_under(path, roots)), *gone})


def forget_leaving(store: Store, paths: Iterable[str]) -> None:
    """Forget that these sources were to be removed."""
    known = read_leaving(store)
    _write(store, known, known - set(paths))


def _write(store: Store, known: Set[str], leaving: Set[str]) -> None:
    if leaving != known:
        store.set_meta(_KEY, json.dumps(sorted(leaving)))


def _found_by(plan: Plan) -> list[str]:
    """Return the files that are there, readable or not."""
    outcomes = (*(o for o in plan.skipped if o.status == "unchanged"), *plan.failed)
    return [*(str(file.path) for file in plan.files), *(outcome.path for outcome in outcomes)]


def _count_under(root: str, paths: Iterable[str]) -> int:
    return sum(is_under(path, (root,)) for path in paths)
