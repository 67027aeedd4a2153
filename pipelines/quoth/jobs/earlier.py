"""The last report of a job: what became of its documents, and the failures that are known."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from quoth.errors import UsageError
from quoth.jobs.report import DocumentReport, JobReport
from quoth.system import parse_json
from quoth.types import Outcome

Earlier = Mapping[str, DocumentReport]
"""The lines of the last report, by the path of the document."""

_LINES = TypeAdapter(tuple[DocumentReport, ...])


def read_earlier(report: Path) -> dict[str, DocumentReport]:
    """Return the lines of the last report of a job; none where there is no report of ours."""
    try:
        lines = _LINES.validate_python(parse_json(report.read_bytes())["documents"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return {}
    return {line.path: line for line in lines}


def choose_failed(paths: Sequence[Path], earlier: Earlier, folder: Path) -> list[Path]:
    """Return the documents that failed in the last run, or that it did not reach.

    Raises `UsageError` when the folder has no report of a run.
    """
    if not earlier:
        raise UsageError(
            f"{folder} has no report of an earlier run.", hint="Run the job without --only-failed."
        )
    return [path for path in paths if str(path) in earlier and earlier[str(path)].state != "done"]


def keep_lines(
    report: JobReport, paths: Sequence[Path], performed: Collection[Path], earlier: Earlier
) -> JobReport:
    """Return the report with the earlier lines of the documents that were not performed again."""
    lines = {line.path: line for line in report.documents}
    again = {str(path) for path in performed}
    kept = {
        str(path): earlier[str(path)]
        for path in paths
        if str(path) not in again and str(path) in earlier
    }
    all_lines = lines | kept
    ordered = tuple(all_lines[str(path)] for path in paths if str(path) in all_lines)
    return replace(report, documents=ordered, kept=len(kept))


def tell_known(report: JobReport, earlier: Earlier) -> JobReport:
    """Return the report with the failures that `earlier` has marked as known.

    Each failed document has its size and modification time then, for the next run. One that was not
    reached keeps those of its earlier failure.
    """
    stamps = {outcome.path: _stamp_of(outcome.path) for outcome in report.report.failed}
    before = {path: line.failed_as for path, line in earlier.items()}

    def is_known(path: str) -> bool:
        return stamps.get(path) is not None and stamps[path] == before.get(path)

    def mark(outcome: Outcome) -> Outcome:
        return replace(outcome, known=is_known(outcome.path))

    def stamped(document: DocumentReport) -> DocumentReport:
        stamp = stamps.get(document.path)
        if document.state == "pending":
            stamp = before.get(document.path)
        return replace(document, failed_as=stamp, known=is_known(document.path))

    return replace(
        report,
        report=replace(report.report, failed=tuple(map(mark, report.report.failed))),
        documents=tuple(map(stamped, report.documents)),
    )


def _stamp_of(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - a path as the report has it
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns
