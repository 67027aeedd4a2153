"""A job: a summary of each of many documents, in one folder, and a report of the run.

A job has no state of its own. Finished calls are in the journal, so a job that is run again resumes
where it stopped, whatever stopped it, and writes the same outputs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from quoth.errors import DocumentError, UsageError
from quoth.jobs.cards import register_job_views
from quoth.jobs.earlier import choose_failed, keep_lines, read_earlier, tell_known
from quoth.jobs.executors import Executor, ThreadExecutor
from quoth.jobs.names import FIELD_TABLES, REPORTS, name_outputs
from quoth.jobs.outputs import OutputFolder, leave_out_outputs
from quoth.jobs.page import report_page
from quoth.jobs.report import JobPlan, JobReport, TellProgress, report_json
from quoth.jobs.run import JobRun
from quoth.jobs.tables import fields_csv, fields_jsonl, report_csv
from quoth.jobs.task import Performer, ReadDocument, SummaryTask, describe_failure
from quoth.summarize import Summarizer, SummaryPlan
from quoth.system import WriteLock, remove_parts
from quoth.types import Outcome
from quoth.views import FORMATS, Format, frame, title_html

LOCK = ".quoth-lock"


class SummaryJob:
    """Summarizes documents into a folder.

    `load` reads one document. `form` is the format of the outputs; with `trace`, the tree of each
    summary is written beside it as JSON and HTML. `workers` is the number of documents at once; 0
    means as many as the model decodes in parallel, which also limits the calls at once. More than
    `max_failures` failed documents end the job (0: never). A call that fails in the backend is
    retried `retries` times, after `backoff` seconds and twice as long each time; then the job
    pauses. A caller's `executor` replaces the threads, and with them `workers`, `retries` and
    `backoff`. With `accept_known`, failures of unchanged documents that failed before do not count
    in the exit code. Once `stop` is set, the calls in flight finish and no other begins.

    >>> from pathlib import Path
    >>> job = SummaryJob(library.summarizer(), library.loader(), Path("summaries"))
    >>> report = job.run([Path("contracts/lease.md")])
    >>> report.documents[0].state, report.documents[0].output
    ('done', 'lease.md.md')
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
        accept_known: bool = False,
        stop: Event | None = None,
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
        self._accept_known = accept_known
        self._stop = stop
        register_job_views()

    def __repr__(self) -> str:
        return f"<SummaryJob into {str(self.output)!r} by {self.summarizer.model.model}>"

    def _repr_html_(self) -> str:
        title = f"Summaries in {self.output}"
        return frame([title_html(title, f"by {self.summarizer.model.model}")])

    def plan(self, paths: Sequence[Path]) -> JobPlan:
        """Estimate the cost of the job. Reads every document; makes no model call."""
        plans: list[tuple[str, SummaryPlan]] = []
        failed: list[Outcome] = []
        for path in leave_out_outputs(paths):
            try:
                plans.append((str(path), self.summarizer.plan(self._load(path))))
            except (DocumentError, OSError) as error:
                failed.append(describe_failure(path, error))
        return JobPlan(tuple(plans), tuple(failed))

    def run(
        self,
        paths: Sequence[Path],
        *,
        base: Path | None = None,
        plan: JobPlan | None = None,
        prune: bool = False,
        only_failed: bool = False,
    ) -> JobReport:
        """Summarize the documents, and return the report that is also saved.

        It is saved as `report.json`, as the page `report.html` and as the table `report.csv`. With
        a JSON schema, `fields.csv` and `fields.jsonl` have the fields of all documents.

        An output has the same path in the output folder as its document has in `base`, plus the
        suffix of the format: `minutes.pdf.md`. It is written when it is new or has changed. Outputs
        of any job among the paths are left out. `prune` removes the outputs of earlier runs whose
        documents are gone. With `only_failed`, the documents that failed in the last run, or that
        it did not reach, are summarized again, and the lines of the others are kept. The first
        Ctrl-C lets the calls in flight finish; a second one does not.

        Raises `CollectionBusyError` during another run of the job, `UsageError` when the folder
        cannot be written, when all paths are outputs, or with `only_failed` when no run came
        before, `OutputError` when the user has a file of the name of the report in the folder, and
        `CollectionError` when the folder or the journal becomes unwritable.
        """
        documents = leave_out_outputs([*dict.fromkeys(paths)])
        lock = WriteLock(
            self.output / LOCK,
            subject=str(self.output),
            busy_hint="Wait for it to end, or choose another folder with -o.",
            denied_hint="Choose another folder with -o.",
        )
        with lock.hold():
            remove_parts(self.output)
            folder = OutputFolder(self.output)
            folder.claim(*REPORTS, *FIELD_TABLES)
            earlier = read_earlier(self.output / REPORTS[0])
            tasks = self._tasks(documents, base)
            chosen = set(documents)
            if only_failed:
                chosen = set(choose_failed(documents, earlier, self.output))
            run = JobRun(
                [task for task in tasks if task.path in chosen],
                folder,
                max_failures=self._max_failures,
                expected_calls=plan.total.calls if plan else 0,
                progress=self._progress,
                stop=self._stop,
            )
            report = self._perform(run, len(chosen))
            report = tell_known(report, earlier)
            report = keep_lines(report, documents, chosen, earlier)
            report = replace(report, accept_known=self._accept_known)
            report = _tell_leftovers(folder, tasks, report, prune=prune)
            _write_reports(folder, report)
            folder.close()
            if run.fatal is not None:
                raise run.fatal
            return report

    def _tasks(self, paths: Sequence[Path], base: Path | None) -> list[SummaryTask]:
        options = self.summarizer.options
        return [
            SummaryTask(path, name, options, self._form, self._trace)
            for path, name in name_outputs(paths, base).items()
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


def _write_reports(folder: OutputFolder, report: JobReport) -> None:
    title = f"Summaries in {folder.path.name}"
    contents = (report_json(report), report_page(report, title=title), report_csv(report))
    tables: dict[str, str] = {}
    if any(document.fields for document in report.documents):
        contents_of_fields = (fields_csv(report), fields_jsonl(report))
        tables = dict(zip(FIELD_TABLES, contents_of_fields, strict=True))
    for name, content in (dict(zip(REPORTS, contents, strict=True)) | tables).items():
        folder.write(name, content)


def _tell_leftovers(
    folder: OutputFolder, tasks: Sequence[SummaryTask], report: JobReport, *, prune: bool
) -> JobReport:
    """Return the report with the outputs that no document stands behind; `prune` removes them."""
    done = {outcome.path for outcome in report.report.done}
    leftovers = folder.find_leftovers(
        [name for task in tasks for name in task.outputs],
        [os.path.realpath(task.path) for task in tasks if str(task.path) in done],
    )
    outcomes = folder.prune(leftovers) if prune else ()
    removed = tuple(outcome for outcome in outcomes if outcome.status == "removed")
    names = {outcome.path for outcome in removed}
    return replace(
        report,
        report=replace(report.report, removed=removed),
        leftovers=tuple(output.name for output in leftovers if output.name not in names),
    )
