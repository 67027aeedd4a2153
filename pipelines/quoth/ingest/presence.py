"""Tells a folder whose files were deleted from one that is not there, as a disk not mounted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quoth.errors import VanishedSourcesError
from quoth.ingest.plan import Plan, is_under

_FEW = 1
"""So many files may go at once, however few the folder held."""


def check_presence(plan: Plan, roots: Sequence[str], stored: Iterable[str]) -> None:
    """Raise `VanishedSourcesError` when most stored sources of a root are gone.

    A root whose files were renamed still has as many; what is left out by a pattern is not gone.
    """
    excluded = [outcome.path for outcome in plan.skipped if outcome.status == "excluded"]
    gone = [path for path in plan.gone if not is_under(path, excluded)]
    if len(gone) <= _FEW:
        return
    known = tuple(stored)
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


def _found_by(plan: Plan) -> list[str]:
    """Return the files that are there, readable or not."""
    outcomes = (*(o for o in plan.skipped if o.status == "unchanged"), *plan.failed)
    return [*(str(file.path) for file in plan.files), *(outcome.path for outcome in outcomes)]


def _count_under(root: str, paths: Iterable[str]) -> int:
    return sum(is_under(path, (root,)) for path in paths)
