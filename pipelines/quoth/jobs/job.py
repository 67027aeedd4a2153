"""A job: a summary of each of many documents, in one folder, and a report of the run.

A job has no state of its own. Finished calls are in the journal, so a job that is run again resumes
where it stopped, whatever stopped it, and writes the same outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from quoth.errors import DocumentError, UsageError
from quoth.jobs.executors import Executor, ThreadExecutor
from quoth.jobs.report import JobPlan, JobReport, TellProgress, report_json
from quoth.jobs.run import JobRun
from quoth.jobs.task import Performer, ReadDocument, SummaryTask, describe_failure
from quoth.summarize import Summarizer, SummaryPlan
from quoth.system import WriteLock, remove_parts, write_whole
from quoth.types import Outcome
from quoth.views import FORMATS, Format

REPORT = "report.json"
LOCK = ".quoth-lock"


class SummaryJob:
    """Summarizes documents into a folder.

    `load` reads one document. `form` is the format of the outputs; with `trace`, the tree of each
    summary is written beside it as JSON and HTML. `workers` is the number of documents at once; 0
    means as many as the model decodes in parallel, which also limits the calls at once. More than
    `max_failures` failed documents end the job (0: never). A call that fails in the backend is
    retried `retries` times, after `backoff` seconds and twice as long each time; then the job
    pauses. A caller's `executor` replaces the threads, and with them `workers`, `retries` and
    `backoff`.
    """

    def __init__(
        self,
        summarizer: Summarizer,
        load: ReadDocument,
        output: Path,
        *,
        form: Format = "markdown",
        trace: bool = False,
        workers: int = 0,
        max_failures: int = 0,
        retries: int = 4,
        backoff: float = 1.0,
        progress: TellProgress | None = None,
        executor: Executor | None = None,
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
        self._executor = executor

    def plan(self, paths: Sequence[Path]) -> JobPlan:
        """Estimate the cost of the job. Reads every document; makes no model call."""
        plans: list[tuple[str, SummaryPlan]] = []
        failed: list[Outcome] = []
        for path in paths:
            try:
                plans.append((str(path), self.summarizer.plan(self._load(path))))
            except (DocumentError, OSError) as error:
                failed.append(describe_failure(path, error))
        return JobPlan(tuple(plans), tuple(failed))

    def run(
        self, paths: Sequence[Path], *, base: Path | None = None, plan: JobPlan | None = None
    ) -> JobReport:
        """Summarize the documents, and return the report that is also saved as `report.json`.

        An output has the same path in the output folder as its document has in `base`, plus the
        suffix of the format: `minutes.pdf.md`. The first Ctrl-C lets the calls in flight finish; a
        second one does not.

        Raises `CollectionBusyError` during another run of the job, `UsageError` when the folder
        cannot be written, and `CollectionError` when the folder or the journal becomes unwritable.
        """
        lock = WriteLock(
            self.output / LOCK,
            subject=str(self.output),
            busy_hint="Wait for it to end, or choose another folder with -o.",
            denied_hint="Choose another folder with -o.",
        )
        with lock.hold():
            remove_parts(self.output)
            run = JobRun(
                self._tasks(paths, base),
                self.output,
                max_failures=self._max_failures,
                expected_calls=plan.total.calls if plan else 0,
                progress=self._progress,
            )
            report = self._perform(run, len(paths))
            write_whole(self.output / REPORT, report_json(report))
            if run.fatal is not None:
                raise run.fatal
            return report

    def _tasks(self, paths: Sequence[Path], base: Path | None) -> list[SummaryTask]:
        options = self.summarizer.options
        return [
            SummaryTask(path, name, options, self._form, self._trace)
            for path, name in _name_outputs([*dict.fromkeys(paths)], base).items()
        ]

    def _perform(self, run: JobRun, documents: int) -> JobReport:
        if self._executor is not None:
            return run.run(self._executor)
        workers = self._workers or self.summarizer.model.describe().parallel
        performer = Performer(
            self.summarizer, self._load, retries=self._retries, backoff=self._backoff
        )
        executor = ThreadExecutor(performer, threads=max(1, min(workers, documents)))
        try:
            return run.run(executor)
        finally:
            executor.close()


def _name_outputs(paths: Sequence[Path], base: Path | None) -> dict[Path, str]:
    """Return a distinct name in the folder for the outputs of each document."""
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
