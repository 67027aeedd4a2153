"""Failures that are known: of documents that failed in an earlier run and have not changed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from quoth.jobs.report import DocumentReport, JobReport
from quoth.types import Outcome

Stamp = tuple[int, int]
"""Size and modification time in nanoseconds of a file."""


def read_failures(report: Path) -> dict[str, Stamp]:
    """Return the stamps of the documents that failed, by path, from the last report of a job."""
    failures: dict[str, Stamp] = {}
    with suppress(OSError, ValueError, KeyError, TypeError):  # no report, or not ours
        for document in json.loads(report.read_bytes())["documents"]:
            size, mtime_ns = document["failed_as"] or (-1, -1)
            failures[document["path"]] = (int(size), int(mtime_ns))
    return failures


def tell_known(report: JobReport, earlier: Mapping[str, Stamp]) -> JobReport:
    """Return the report with the failures that `earlier` has marked as known.

    Each failed document has its stamp then, for the next run. One that was not reached keeps the
    stamp of its earlier failure.
    """
    stamps = {outcome.path: _stamp_of(outcome.path) for outcome in report.report.failed}

    def is_known(path: str) -> bool:
        return path in stamps and stamps[path] is not None and stamps[path] == earlier.get(path)

    def mark(outcome: Outcome) -> Outcome:
        return replace(outcome, known=is_known(outcome.path))

    def stamped(document: DocumentReport) -> DocumentReport:
        stamp = stamps.get(document.path)
        if document.state == "pending":
            stamp = earlier.get(document.path)
        return replace(document, failed_as=stamp, known=is_known(document.path))

    return replace(
        report,
        report=replace(report.report, failed=tuple(map(mark, report.report.failed))),
        documents=tuple(map(stamped, report.documents)),
    )


def _stamp_of(path: str) -> Stamp | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - a path as the report has it
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns
