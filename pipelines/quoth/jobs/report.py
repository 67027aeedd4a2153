"""The plan, the progress and the report of a job."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from quoth.summarize import SummaryPlan
from quoth.types import Outcome, Report, Timings


@dataclass(frozen=True, slots=True)
class JobPlan:
    """The plan for each document, and the documents that cannot be read, with reasons."""

    documents: tuple[tuple[str, SummaryPlan], ...]
    failed: tuple[Outcome, ...]

    @property
    def total(self) -> SummaryPlan:
        """The sum of the plans."""
        total = SummaryPlan(0, 0, 0, 0, 0, 0, 0.0)
        for _, plan in self.documents:
            total += plan
        return total


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The progress of a job. `seconds_left` is `None` until the time can be estimated.

    `calls_planned` counts the calls of all documents with a plan, else of those begun.
    """

    documents: int
    documents_done: int
    calls_planned: int
    calls_done: int
    tokens_per_second: float
    seconds_left: float | None


TellProgress = Callable[[JobProgress], None]


@dataclass(frozen=True, slots=True)
class JobReport:
    """The result of a job.

    `paused` is the reason why the job ended early, such as a backend that failed, or empty.
    `interrupted` is whether Ctrl-C stopped it. The remaining documents are `skipped`, with the
    status `pending`. `coverage` is the lowest coverage of all summaries. `leftovers` are the
    outputs of earlier runs whose document is gone or has other outputs now; those that were pruned
    are `removed`.
    """

    report: Report
    calls: int = 0
    cached_calls: int = 0
    timings: Timings = field(default_factory=lambda: Timings(calls=0))
    coverage: float = 1.0
    paused: str = ""
    interrupted: bool = False
    leftovers: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0, 1 with failures, 3 when paused, 130 on Ctrl-C."""
        if self.interrupted:
            return 130
        if self.paused:
            return 3
        return 1 if self.report.failed else 0


def report_json(report: JobReport) -> str:
    """Return the report of a job as JSON text."""
    value = asdict(report) | {"exit_code": report.exit_code}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
