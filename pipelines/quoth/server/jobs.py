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
from quoth.types import Progress
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
            progress=_progress(performance),
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
    report = library.reembed(progress=_progress(performance), wait_seconds=_LOCK_SECONDS)
    return report_json(report)


def perform_rebuild(services: Services, performance: Performance) -> dict[str, Any]:
    """Rebuild keywords and dense index of a collection."""
    library = services.shelf.library(performance.operation.collection)
    return {"chunks": library.rebuild(wait_seconds=_LOCK_SECONDS)}


def perform_verify(services: Services, performance: Performance) -> dict[str, Any]:
    """Check the files, text, vectors and keywords of a collection against each other."""
    library = services.shelf.library(performance.operation.collection)
    return asdict(library.verify(wait_seconds=_LOCK_SECONDS))


def _progress(performance: Performance) -> Progress:
    """Return a callback that tells the progress, a few times a second, and hears of a stop."""
    return _Teller(performance)


class _Teller:
    def __init__(self, performance: Performance) -> None:
        self._performance = performance
        self._last = 0.0

    def __call__(self, done: int, total: int, name: str) -> None:
        self._performance.check()
        if done < total and time.monotonic() - self._last < _TELL_SECONDS:
            return
        self._last = time.monotonic()
        current = {"done": done, "total": total, "current": Path(name).name}
        self._performance.tell(PROGRESS, current)
