"""A job: many documents, one summary beside the other in a folder, and a report of the run.

A job has no state of its own. What was finished is in the journal, so the same job run again goes
on where it stopped, whatever stopped it, and writes the same outputs.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path

from quoth.errors import (
    BackendError,
    BackendUnavailableError,
    CollectionError,
    ConfigurationError,
    DocumentError,
    ModelNotFoundError,
    PromptError,
    QuothError,
    UsageError,
)
from quoth.models import Call
from quoth.summarize import Plan, StoppedError, Summarizer, Summary, Watch
from quoth.system import WriteLock, remove_parts, write_whole
from quoth.types import Document, Outcome, Report, Timings
from quoth.views import FORMATS, Format, render_summary, trace_json, trace_page

Loader = Callable[[Path], Document]

REPORT = "report.json"
LOCK = ".quoth-lock"

_TICK = 0.2


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What a job will take: the plan of each document, and what cannot be read, with the reason."""

    documents: tuple[tuple[str, Plan], ...]
    failed: tuple[Outcome, ...]

    @property
    def total(self) -> Plan:
        """Return the plans added up."""
        whole = Plan(0, 0, 0, 0, 0, 0, 0.0)
        for _, plan in self.documents:
            whole += plan
        return whole


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. `seconds_left` is `None` until there is something to judge by.

    `calls_planned` is known of the documents that were begun, or of all with a plan.
    """

    documents: int
    documents_done: int
    calls_planned: int
    calls_done: int
    tokens_per_second: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class JobReport:
    """What a job did.

    `paused` says why it ended before all documents were done (the backend failed), `interrupted`
    that it was asked to; the documents that are left are `skipped` as `pending`. `coverage` is the
    lowest of all summaries.
    """

    report: Report
    calls: int = 0
    cached_calls: int = 0
    timings: Timings = field(default_factory=lambda: Timings(calls=0))
    coverage: float = 1.0
    paused: str = ""
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """Return what a command line returns: 0, 1 with failures, 3 when paused, 130 on Ctrl-C."""
        if self.interrupted:
            return 130
        if self.paused:
            return 3
        return 1 if self.report.failed else 0


class SummaryJob:
    """Summarizes documents into a folder.

    `load` reads one document. `form` is the format of the outputs; with `trace`, the tree of each
    summary is written beside it as JSON and HTML. `workers` documents are worked on at once (0: as
    many as the model decodes in parallel); together they make no more calls at once than that.
    More than `max_failures` failed documents end the job (0: never). A backend that fails is asked
    again `retries` times, after `backoff` seconds, twice that, and so on; then the job pauses.
    """

    def __init__(
        self,
        summarizer: Summarizer,
        load: Loader,
        output: Path,
        *,
        form: Format = "markdown",
        trace: bool = False,
        workers: int = 0,
        max_failures: int = 0,
        retries: int = 4,
        backoff: float = 1.0,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        if form not in FORMATS:
            raise UsageError(
                f"There is no format {form!r}.", hint=f"Formats: {', '.join(FORMATS)}."
            )
        self.summarizer = summarizer
        self.output = output
        self._load = load
        self._form: Format = form
        self._trace = trace
        self._workers = workers
        self._max_failures = max_failures
        self._retries = retries
        self._backoff = backoff
        self._progress = progress

    def plan(self, paths: Sequence[Path]) -> JobPlan:
        """Return what the job will take. Reads every document; makes no model call."""
        plans: list[tuple[str, Plan]] = []
        failed: list[Outcome] = []
        for path in paths:
            try:
                plans.append((str(path), self.summarizer.plan(self._load(path))))
            except (DocumentError, OSError) as error:
                failed.append(_failure(path, error))
        return JobPlan(tuple(plans), tuple(failed))

    def run(
        self, paths: Sequence[Path], *, base: Path | None = None, plan: JobPlan | None = None
    ) -> JobReport:
        """Summarize the documents and return what became of each; `report.json` holds the same.

        An output lies in the folder as its document lies in `base`, under its whole name with the
        ending of the format: `minutes.pdf.md`. Ctrl-C finishes the calls in flight; a second one
        does not.

        Raises `CollectionBusyError` when another run of the job is going on, `UsageError` when the
        folder cannot be written, and `CollectionError` when it or the journal no longer can.
        """
        lock = WriteLock(
            self.output / LOCK,
            subject=str(self.output),
            busy_hint="Wait for it, or choose another -o.",
            denied_hint="Choose another one with -o.",
        )
        with lock.hold():
            remove_parts(self.output)
            work = _Work(self, [*dict.fromkeys(paths)], base, plan)
            done = work.run()
            write_whole(self.output / REPORT, report_json(done))
            if work.fatal is not None:
                raise work.fatal
            return done


def report_json(report: JobReport) -> str:
    """Return the report of a job as JSON."""
    value = asdict(report) | {"exit_code": report.exit_code}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


class _Work(Watch):
    """One run of a job. Its state is changed under one lock."""

    def __init__(
        self, job: SummaryJob, paths: Sequence[Path], base: Path | None, plan: JobPlan | None
    ) -> None:
        self._job = job
        self._paths = paths
        self._names = _names(paths, base)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._started = time.perf_counter()
        self._planned = 0
        self._expected = plan.total.calls if plan else 0
        self._calls = self._cached = 0
        self._timings = Timings(calls=0)
        self._coverage = 1.0
        self._outcomes: dict[Path, tuple[str, Outcome]] = {}
        self._paused = ""
        self._interrupted = False
        self.fatal: QuothError | None = None

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def planned(self, calls: int) -> None:
        with self._lock:
            self._planned += calls

    def called(self, call: Call) -> None:
        with self._lock:
            if call.cached:
                self._cached += 1
            else:
                self._calls += 1
                self._timings += call.timings
        self._tell()

    def run(self) -> JobReport:
        """Work through all documents, and return what became of them."""
        if not self._paths:
            return self._report()
        workers = self._job._workers or self._job.summarizer.model.describe().parallel
        pool = ThreadPoolExecutor(max_workers=max(1, min(workers, len(self._paths))))
        futures = [pool.submit(self._document, path) for path in self._paths]
        try:
            self._wait(futures)
        finally:
            self._stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
        return self._report()

    def _wait(self, futures: Sequence[Future[None]]) -> None:
        waiting = set(futures)
        while waiting:
            try:
                _, waiting = wait(waiting, timeout=_TICK)
            except KeyboardInterrupt:
                if self._interrupted:
                    raise
                self._interrupted = True
                self._stop.set()

    def _document(self, path: Path) -> None:
        if self.stopped:
            return
        try:
            document = self._job._load(path)
            summary = self._summarized(document)
            self._write(path, summary)
        except StoppedError:
            return
        except (ConfigurationError, CollectionError, PromptError, ModelNotFoundError) as error:
            # Not about this document: every other one would meet it as well.
            with self._lock:
                self.fatal = self.fatal or error
            self._stop.set()
        except _PausedError as error:
            with self._lock:
                self._paused = self._paused or str(error)
            self._stop.set()
        except Exception as error:  # the last line of defence: no document ends the others
            self._failed(path, error)
        else:
            outcome = Outcome(
                str(path),
                f"{self._names[path]}{FORMATS[self._job._form]}",
                "done",
                pages=len(document.pages),
                chunks=sum(len(node.chunks) for node in summary.tree.walk()),
            )
            with self._lock:
                self._coverage = min(self._coverage, summary.coverage)
                self._outcomes[path] = ("done", outcome)
        self._tell()

    def _failed(self, path: Path, error: Exception) -> None:
        with self._lock:
            self._outcomes[path] = ("failed", _failure(path, error))
            failures = sum(kind == "failed" for kind, _ in self._outcomes.values())
            too_many = 0 < self._job._max_failures < failures
            if too_many and not self._paused:
                self._paused = f"{failures} documents failed, more than max_failures allows."
        if too_many:
            self._stop.set()

    def _summarized(self, document: Document) -> Summary:
        """Return the summary; ask a backend that fails again, ever more patiently."""
        for attempt in range(self._job._retries + 1):
            try:
                return self._job.summarizer.invoke(document, watch=self)
            except BackendError as error:
                if not (error.retryable or isinstance(error, BackendUnavailableError)):
                    raise
                if attempt == self._job._retries:
                    raise _PausedError(str(error)) from error
                if self._stop.wait(self._job._backoff * 2**attempt):
                    raise StoppedError("Stopped while the backend was down.") from error
        raise AssertionError("unreachable")

    def _write(self, path: Path, summary: Summary) -> None:
        target = self._job.output / self._names[path]
        if self._job._trace:
            write_whole(target.with_name(f"{target.name}.trace.json"), trace_json(summary))
            write_whole(target.with_name(f"{target.name}.trace.html"), trace_page(summary))
        ending = FORMATS[self._job._form]
        write_whole(
            target.with_name(target.name + ending), render_summary(summary, self._job._form)
        )

    def _tell(self) -> None:
        if self._job._progress is None:
            return
        with self._lock:
            documents, finished = len(self._paths), len(self._outcomes)
            made = self._calls + self._cached
            seconds = time.perf_counter() - self._started
            expected = max(self._expected, self._planned)
            share = made / expected if self._expected else finished / documents
            tokens = self._timings.prompt_tokens + self._timings.generated_tokens
            progress = Progress(
                documents=documents,
                documents_done=finished,
                calls_planned=expected,
                calls_done=made,
                tokens_per_second=tokens / seconds if seconds else 0.0,
                seconds_left=seconds * (1 - share) / share if 0 < share <= 1 else None,
            )
            self._job._progress(progress)

    def _report(self) -> JobReport:
        with self._lock:
            kept = [self._outcomes.get(path) for path in self._paths]
            left = tuple(
                Outcome(str(path), "not done yet; run the same job again", "pending")
                for path, outcome in zip(self._paths, kept, strict=True)
                if outcome is None
            )
            return JobReport(
                report=Report(
                    done=tuple(item for kind, item in filter(None, kept) if kind == "done"),
                    skipped=left,
                    failed=tuple(item for kind, item in filter(None, kept) if kind == "failed"),
                    seconds=time.perf_counter() - self._started,
                ),
                calls=self._calls,
                cached_calls=self._cached,
                timings=self._timings,
                coverage=self._coverage,
                paused=self._paused,
                interrupted=self._interrupted,
            )


class _PausedError(Exception):
    """The backend stayed away; the message says how."""


def _failure(path: Path, error: Exception) -> Outcome:
    status = error.status if isinstance(error, DocumentError) else "failed"
    if isinstance(error, QuothError):
        return Outcome(str(path), str(error), status)
    if isinstance(error, OSError):
        return Outcome(str(path), error.strerror or str(error), status)
    return Outcome(str(path), f"{type(error).__name__}: {error}", status)


def _names(paths: Sequence[Path], base: Path | None) -> dict[Path, str]:
    """Return where in the output folder each document's summary goes, all of them different."""
    names: dict[Path, str] = {}
    taken: set[str] = {REPORT}
    for path in paths:
        inside = base is not None and path.is_relative_to(base)
        name = str(path.relative_to(base)) if inside and base is not None else path.name
        candidate, number = name, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{name}-{number}"
        taken.add(candidate.casefold())
        names[path] = candidate
    return names
