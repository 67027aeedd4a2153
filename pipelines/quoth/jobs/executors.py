"""Executors of the tasks of a job: threads of this process, or the caller's own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, runtime_checkable

from quoth.jobs.report import MachineReport
from quoth.jobs.task import Performer, SummaryTask, TaskResult
from quoth.summarize import Monitor


class Executor(Protocol):
    """Performs tasks, here or elsewhere. Tasks, results and errors can be pickled."""

    def submit(self, task: SummaryTask, monitor: Monitor) -> Future[TaskResult]:
        """Perform a task, now or later.

        `monitor` stays in this process: the executor reports the calls of the task to it, and ends
        the task with `StoppedError` once `monitor.stopped` is true.
        """

    def close(self) -> None:
        """Begin no further task, without waiting for those in progress."""


@runtime_checkable
class ManyMachines(Protocol):
    """An executor that knows the machines that work for it."""

    @property
    def machines(self) -> tuple[MachineReport, ...]:
        """The machines, with what each has done."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How machines differ that were refused, or taken in all the same."""


class ThreadExecutor:
    """Performs tasks in parallel, one on each thread."""

    def __init__(self, performer: Performer, *, threads: int) -> None:
        self._performer = performer
        self._pool = ThreadPoolExecutor(max_workers=threads)

    def submit(self, task: SummaryTask, monitor: Monitor) -> Future[TaskResult]:
        """Perform a task as soon as a thread is free."""
        return self._pool.submit(self._performer.perform, task, monitor)

    def close(self) -> None:
        """Begin no further task; the tasks in progress run to their end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
