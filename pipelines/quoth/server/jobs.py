"""Jobs as operations: each resumes by itself after a restart, and does nothing twice."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from quoth.errors import UsageError
from quoth.fleet import reader_of
from quoth.server.events import PROGRESS
from quoth.server.far_work import fleet_of
from quoth.server.performing import Performance
from quoth.server.services import Services
from quoth.views import report_json

_LOCK_SECONDS = 3600.0
"""How long a job waits for another process that writes to the collection."""
_TELL_SECONDS = 0.25


def perform_ingest(services: Services, performance: Performance) -> dict[str, Any]:
    """Read what was placed into a collection, and the folders that the job names."""
    operation = performance.operation
    library = services.shelf.library(operation.collection)
    known = dict(services.settings.roots)
    placed = services.uploads.placements(operation.collection)
    uploads = {each.path: each.upload for each in placed}
    paths = [path for path in map(Path, uploads) if path.exists()]
    paths += [known[name] for name in operation.spec["roots"]]
    if not paths:
        raise UsageError(
            f"Nothing was uploaded into {operation.collection}.",
            hint="Upload a file, or name a folder of the server.",
        )
    with fleet_of(services, library, library.loader(), "ingestion", shipping="files") as executor:
        report = library.ingest(
            *paths,
            retry=operation.spec["retry"],
            progress=_Teller(performance, uploads),
            wait_seconds=_LOCK_SECONDS,
            elsewhere=reader_of(executor),
        )
    return _with_uploads(report_json(report), uploads)


def _with_uploads(report: dict[str, Any], uploads: Mapping[str, str]) -> dict[str, Any]:
    """Return a report with the id of the upload that each file is; empty for other files."""
    for outcomes in report.values():
        for outcome in outcomes if isinstance(outcomes, list | tuple) else ():
            outcome["upload"] = uploads.get(outcome["path"], "")
    return report


def perform_reembed(services: Services, performance: Performance) -> dict[str, Any]:
    """Change a collection to the configured embedder and splitter."""
    library = services.shelf.library(performance.operation.collection)
    report = library.reembed(progress=_Teller(performance, {}), wait_seconds=_LOCK_SECONDS)
    return report_json(report)


def perform_rebuild(services: Services, performance: Performance) -> dict[str, Any]:
    """Rebuild keywords and dense index of a collection."""
    library = services.shelf.library(performance.operation.collection)
    return {"chunks": library.rebuild(wait_seconds=_LOCK_SECONDS)}


def perform_verify(services: Services, performance: Performance) -> dict[str, Any]:
    """Check the files, text, vectors and keywords of a collection against each other."""
    library = services.shelf.library(performance.operation.collection)
    return asdict(library.verify(wait_seconds=_LOCK_SECONDS))


class _Teller:
    """Tells the progress of a job, a few times a second, and hears of a stop.

    `uploads` are the ids of the files that were uploaded, by path.
    """

    def __init__(self, performance: Performance, uploads: Mapping[str, str]) -> None:
        self._performance = performance
        self._uploads = uploads
        self._done = self._total = 0
        self._last = 0.0

    def __call__(self, done: int, total: int, name: str) -> None:
        self._done, self._total = done, total
        if self._is_due(finished=done == total):
            self._tell(name, within=None)

    def within(self, path: str, *, share: float, pages: int) -> None:
        """Tell how far a long document is."""
        if self._is_due(finished=False):
            upload = self._uploads.get(path, "")
            self._tell(path, within={"upload": upload, "share": share, "pages": pages})

    def _is_due(self, *, finished: bool) -> bool:
        self._performance.check()
        now = time.monotonic()
        if not finished and now - self._last < _TELL_SECONDS:
            return False
        self._last = now
        return True

    def _tell(self, path: str, *, within: Mapping[str, Any] | None) -> None:
        told = {"done": self._done, "total": self._total, "current": Path(path).name}
        self._performance.tell(PROGRESS, {**told, "within": within})
