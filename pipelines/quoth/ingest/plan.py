"""The plan of a run: files to read, sources to remove, and outcomes known in advance."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quoth.collection import Failure
from quoth.ingest.looked import Looked, may_have_changed
from quoth.ingest.walk import File
from quoth.system import expand_home
from quoth.types import Outcome

Stamp = tuple[int, int, str]
"""Size, modification time in nanoseconds and content hash of a source when it was read."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to read, the sources to remove, and an outcome for every other path."""

    files: tuple[File, ...]
    gone: tuple[str, ...]
    skipped: tuple[Outcome, ...]
    failed: tuple[Outcome, ...]

    @property
    def tagged(self) -> tuple[Outcome, ...]:
        """The files with tags of others."""
        return tuple(outcome for outcome in self.skipped if outcome.status == "tags")

    def is_empty(self) -> bool:
        """Whether there was nothing under the paths."""
        return not (self.files or self.gone or self.skipped or self.failed)


def plan_ingestion(
    walked: Iterable[File | Outcome],
    roots: Iterable[Path],
    stamps: Mapping[str, Stamp],
    failures: Mapping[str, Failure],
    *,
    conditions: str,
    has_passwords: bool = False,
    looked: Looked | None = None,
) -> Plan:
    """Plan a run over the files that were found under `roots`.

    A file with the size and modification time of its stamp is unchanged, unless the system changed
    its record after it was `looked` at. An earlier failure is
    reported again, without reading the file, while the file and the `conditions` (limits, version)
    are the same. A source under `roots` that was not found, or is excluded now, is gone, unless a
    folder above it could not be opened.
    """
    files: dict[str, File] = {}
    skipped: list[Outcome] = []
    failed: list[Outcome] = []
    for entry in walked:
        if isinstance(entry, Outcome):
            (failed if entry.status == "failed" else skipped).append(entry)
            continue
        path, stamp = str(entry.path), (entry.size, entry.mtime_ns)
        known, failure = stamps.get(path), failures.get(path)
        if known and known[:2] == stamp and not may_have_changed(entry, looked or {}):
            skipped.append(Outcome(path, "The file is unchanged.", "unchanged"))
        elif (
            failure is not None
            and (failure.size, failure.mtime_ns, failure.conditions) == (*stamp, conditions)
            and not (has_passwords and failure.status == "needs_password")
        ):
            failed.append(Outcome(path, failure.reason, failure.status, known=True))
        else:
            files[path] = entry
    kept = (outcome.path for outcome in skipped if outcome.status not in ("excluded", "tags"))
    present = {*files, *kept}
    unopened = [outcome.path for outcome in failed]
    absolute_roots = make_absolute(roots)
    gone = [
        path
        for path in stamps
        if path not in present and is_under(path, absolute_roots) and not is_under(path, unopened)
    ]
    return Plan(tuple(files.values()), tuple(gone), tuple(skipped), tuple(failed))


def is_under(path: str, roots: Iterable[str]) -> bool:
    """Whether a path is one of the roots or below one."""
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def make_absolute(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the paths as absolute ones, without resolving links."""
    return tuple(os.path.abspath(expand_home(path)) for path in paths)  # noqa: PTH100
