"""The plan, the progress and the report of a job."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

from quoth.jobs.fields import FieldValue
from quoth.summarize import SummaryPlan, SummarySentence
from quoth.types import Drawn, Outcome, Report, Timings, format_count


@dataclass(frozen=True, slots=True, repr=False)
class JobPlan(Drawn):
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

    def __repr__(self) -> str:
        calls = format_count(self.total.calls, "call")
        return f"<JobPlan of {format_count(len(self.documents), 'document')}: {calls}>"


@dataclass(frozen=True, slots=True)
class MachineReport:
    """One machine that worked at a job: its model, what it has done, and how it is.

    `state` is `works` or `gone`, the latter with a `reason`. `deaths` counts how often it was gone
    without a word. `last_seen` is in seconds since 1970. `at_hand` are the documents it works at.
    """

    name: str
    model: str = ""
    state: str = "works"
    documents: int = 0
    calls: int = 0
    tokens_per_second: float = 0.0
    last_seen: float = 0.0
    deaths: int = 0
    reason: str = ""
    at_hand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The progress of a job. `seconds_left` is `None` until the time can be estimated.

    `calls_planned` counts the calls of all documents with a plan, else of those begun;
    `calls_done` those that are finished, of which the journal answered `calls_cached`. `settled`
    has the state of each document that finished since the progress was told the last time, by its
    path.
    """

    documents: int
    documents_done: int
    calls_planned: int
    calls_done: int
    calls_cached: int
    tokens_per_second: float
    seconds_left: float | None
    settled: Mapping[str, str] = field(default_factory=dict)
    machines: tuple[MachineReport, ...] = ()


TellProgress = Callable[[JobProgress], None]


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One document in the report of a job: what was done with it, from what, and at which cost.

    `state` is `done`, `pending`, or the kind of failure, with its `reason`. `output` is the name of
    the summary in the folder. `calls` were made, `cached_calls` were answered by the journal.
    `coverage` is the share of the text that was read, and `unread` has reasons for the rest.
    `unsupported` are names and numbers of the summary that the document does not hold. `fields` are
    those of a JSON schema. A failure is `known` when the document failed before and has not changed
    since; `failed_as` has its size and modification time (nanoseconds) when it failed.
    """

    path: str
    state: str
    reason: str = ""
    output: str = ""
    pages: int = 0
    coverage: float = 0.0
    unread: tuple[str, ...] = ()
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    model: str = ""
    fingerprint: str = ""
    prompts: tuple[str, ...] = ()
    sentences: tuple[SummarySentence, ...] = ()
    fields: tuple[FieldValue, ...] = ()
    known: bool = False
    failed_as: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class JobReport(Drawn):
    """The result of a job.

    `paused` is the reason why the job ended early, such as a backend that failed, or empty.
    `interrupted` is whether Ctrl-C stopped it. The remaining documents are `skipped`, with the
    status `pending`. `coverage` is the lowest coverage of all summaries. `leftovers` are the
    outputs of earlier runs whose document is gone or has other outputs now; those that were pruned
    are `removed`. `documents` has a line for each document, in the order of the job; `report` and
    the counts are of this run, and so without the `kept` documents, whose lines are those of the
    last report. With `accept_known`, known failures are no reason for an exit code.
    `machines` are those of a fleet, and `differences` tell how machines differ that were refused,
    or taken in all the same.
    """

    report: Report
    calls: int = 0
    cached_calls: int = 0
    timings: Timings = field(default_factory=lambda: Timings(calls=0))
    coverage: float = 1.0
    paused: str = ""
    interrupted: bool = False
    leftovers: tuple[str, ...] = ()
    documents: tuple[DocumentReport, ...] = ()
    kept: int = 0
    accept_known: bool = False
    machines: tuple[MachineReport, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the command.

        0 all done, 1 a document failed anew or the job paused, 2 it paused before anything was
        done, 3 with known failures only, 130 on Ctrl-C.
        """
        if self.interrupted:
            return 130
        if self.paused:
            return 1 if self.report.done else 2
        code = self.report.exit_code
        return 0 if code == 3 and self.accept_known else code

    def __repr__(self) -> str:
        calls = f"{format_count(self.calls, 'call')} made, {self.cached_calls} from the journal"
        return f"<JobReport: {self.report}; {calls}>"


def report_json(report: JobReport) -> str:
    """Return the report of a job as JSON text."""
    value = asdict(report) | {"exit_code": report.exit_code, "version": version("quoth")}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
