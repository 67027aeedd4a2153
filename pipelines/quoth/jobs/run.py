"""One run of a job: tasks → executor → outputs and a report in a folder."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path

from quoth.errors import BackendError, QuothError
from quoth.jobs.executors import Executor, ManyMachines
from quoth.jobs.outputs import OutputFolder
from quoth.jobs.report import DocumentReport, JobProgress, JobReport, TellProgress
from quoth.jobs.task import FATAL, SummaryTask, TaskResult, describe_failure
from quoth.models import Call
from quoth.summarize import Monitor, StoppedError
from quoth.types import Outcome, Report, Timings

_TICK = 0.2


class JobRun(Monitor):
    """The state of one run, changed under one lock. `fatal` is the error that ended it."""

    def __init__(
        self,
        tasks: Sequence[SummaryTask],
        folder: OutputFolder,
        *,
        max_failures: int = 0,
        expected_calls: int = 0,
        progress: TellProgress | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.fatal: QuothError | None = None
        self._tasks = tasks
        self._folder = folder
        self._max_failures = max_failures
        self._expected = expected_calls
        self._progress = progress
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._told_to_stop = stop or self._stop
        self._left = len(tasks)
        self._settled = threading.Event()
        self._started = time.perf_counter()
        self._planned = self._calls = self._cached = 0
        self._timings = Timings(calls=0)
        self._coverage = 1.0
        self._outcomes: dict[Path, Outcome] = {}
        self._failures = 0
        self._untold: dict[str, str] = {}
        self._documents: dict[Path, DocumentReport] = {}
        self._paused = ""
        self._interrupted = False
        self._fleet: ManyMachines | None = None

    # -- reports of an executor ----------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether no further call may begin."""
        return self._stop.is_set() or self._told_to_stop.is_set()

    def planned(self, calls: int) -> None:
        """Count planned calls."""
        with self._lock:
            self._planned += calls

    def called(self, call: Call) -> None:
        """Count a finished call."""
        with self._lock:
            if call.cached:
                self._cached += 1
            else:
                self._calls += 1
                self._timings += call.timings
        self._tell()

    # -- the run -------------------------------------------------------------------------------

    def run(self, executor: Executor) -> JobReport:
        """Perform all tasks, and return the report.

        The first Ctrl-C lets the calls in flight finish; a second one is raised.
        """
        self._fleet = executor if isinstance(executor, ManyMachines) else None
        try:
            for task in self._tasks:
                future = executor.submit(task, self)
                future.add_done_callback(partial(self._settle, task))
            self._wait()
        finally:
            self._stop.set()
        return self._report()

    def _wait(self) -> None:
        while self._left:
            try:
                self._settled.wait(_TICK)
            except KeyboardInterrupt:
                if self._interrupted:
                    raise
                self._interrupted = True
                self._stop.set()

    def _settle(self, task: SummaryTask, future: Future[TaskResult]) -> None:
        """Write the outputs of a finished task, or note the reason why there are none."""
        try:
            result = future.result()
            for name, text in result.outputs.items():
                self._folder.write(name, text, source=os.path.realpath(task.path))
        except (StoppedError, CancelledError):
            pass
        except FATAL as error:
            self._end(fatal=error)
        except BackendError as error:
            self._end(paused=str(error))
        except Exception as error:  # a caller's executor may raise any error
            self._note(task, TaskResult(describe_failure(task.path, error)))
        else:
            self._note(task, result)
        finally:
            with self._lock:
                self._left -= 1
            if not self._left:
                self._settled.set()

    def _end(self, *, fatal: QuothError | None = None, paused: str = "") -> None:
        with self._lock:
            self.fatal = self.fatal or fatal
            self._paused = self._paused or paused
        self._stop.set()

    def _note(self, task: SummaryTask, result: TaskResult) -> None:
        with self._lock:
            self._outcomes[task.path] = result.outcome
            self._untold[str(task.path)] = result.outcome.status
            if result.document is not None:
                self._documents[task.path] = result.document
            self._coverage = min(self._coverage, result.coverage)
            self._failures += result.outcome.status != "done"
            failures = self._failures
        if 0 < self._max_failures < failures:
            self._end(paused=f"{failures} documents failed, more than max_failures allows.")
        self._tell()

    def _tell(self) -> None:
        if self._progress is None:
            return
        with self._lock:
            documents, finished = len(self._tasks), len(self._outcomes)
            calls = self._calls + self._cached
            seconds = time.perf_counter() - self._started
            expected = max(self._expected, self._planned)
            share = calls / expected if self._expected else finished / documents
            tokens = self._timings.prompt_tokens + self._timings.generated_tokens
            settled, self._untold = self._untold, {}
            self._progress(
                JobProgress(
                    documents=documents,
                    documents_done=finished,
                    calls_planned=expected,
                    calls_done=calls,
                    calls_cached=self._cached,
                    tokens_per_second=tokens / seconds if seconds else 0.0,
                    seconds_left=seconds * (1 - share) / share if 0 < share <= 1 else None,
                    settled=settled,
                    machines=self._fleet.machines if self._fleet else (),
                )
            )

    def _report(self) -> JobReport:
        with self._lock:
            outcomes = [
                self._outcomes.get(task.path)
                or Outcome(str(task.path), "It is not done yet; run the same job again.", "pending")
                for task in self._tasks
            ]
            return JobReport(
                report=Report(
                    done=tuple(o for o in outcomes if o.status == "done"),
                    skipped=tuple(o for o in outcomes if o.status == "pending"),
                    failed=tuple(o for o in outcomes if o.status not in {"done", "pending"}),
                    seconds=time.perf_counter() - self._started,
                ),
                calls=self._calls,
                cached_calls=self._cached,
                timings=self._timings,
                coverage=self._coverage,
                paused=self._paused,
                interrupted=self._interrupted,
                documents=tuple(
                    self._documents.get(task.path)
                    or DocumentReport(outcome.path, outcome.status, outcome.reason)
                    for task, outcome in zip(self._tasks, outcomes, strict=True)
                ),
                machines=self._fleet.machines if self._fleet else (),
                differences=self._fleet.notes if self._fleet else (),
            )
