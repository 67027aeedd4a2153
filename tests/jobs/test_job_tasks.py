"""Tasks as values: they cross to another process, and so do their results and errors."""

from __future__ import annotations

import pickle
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from quoth.errors import (
    BackendUnavailableError,
    CollectionError,
    ConfigurationError,
    ModelNotFoundError,
    PromptError,
    QuothError,
)
from quoth.jobs import Performer, SummaryJob, SummaryTask, TaskResult
from quoth.summarize import Monitor, StoppedError, Summarizer, SummaryOptions
from quoth.types import Document, Page
from scripted_model import Scripted

TEXT = "The council met on 3 May 1998. Ada Lindqvist asked for 4,200 crowns to mend the bridge. "
OPTIONS = SummaryOptions(map_tokens=100, reduction="select", length="40")


def load(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


def perform_elsewhere(task: bytes) -> bytes:
    """Perform a task that came as bytes, in a process that knows nothing else of the job."""
    performer = Performer(Summarizer(Scripted()), load)
    return pickle.dumps(performer.perform(pickle.loads(task), Monitor()))


class ProcessExecutor:
    """An executor as a caller may write one: processes that get a task as bytes."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("forkserver"))

    def submit(self, task: SummaryTask, monitor: Monitor) -> Future[TaskResult]:
        ended: Future[TaskResult] = Future()

        def pass_on(future: Future[bytes]) -> None:
            try:
                ended.set_result(pickle.loads(future.result()))
            except Exception as error:
                ended.set_exception(error)

        self._pool.submit(perform_elsewhere, pickle.dumps(task)).add_done_callback(pass_on)
        return ended

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "in"
    folder.mkdir()
    files = [folder / name for name in ("a.md", "b.md")]
    for number, file in enumerate(files):
        file.write_text(TEXT * 20 + f"It was number {number}.")
    return files


def test_a_task_and_its_result_pickle(paths: list[Path]) -> None:
    schema = {"type": "object"}
    task = SummaryTask(paths[0], "a.md", SummaryOptions(schema=schema), form="json", trace=True)
    assert pickle.loads(pickle.dumps(task)) == task
    task = SummaryTask(paths[0], "a.md", OPTIONS, trace=True)
    result = Performer(Summarizer(Scripted()), load).perform(task, Monitor())
    assert pickle.loads(pickle.dumps(result)) == result
    assert set(result.outputs) == {"a.md.md", "a.md.trace.json", "a.md.trace.html"}


@pytest.mark.parametrize(
    "error",
    [
        BackendUnavailableError("away", hint="wait", retryable=True),
        CollectionError("full", hint="make room"),
        ConfigurationError("wrong", hint="mend it"),
        ModelNotFoundError("none", hint="pull it"),
        PromptError("wrong", hint="mend it"),
        StoppedError("stopped"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_errors_of_a_task_pickle_with_their_hints(error: QuothError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_an_executor_of_other_processes_writes_the_same_outputs(
    tmp_path: Path, paths: list[Path]
) -> None:
    broken = [*paths, paths[0].with_name("missing.md")]
    summarizer = Summarizer(Scripted(), options=OPTIONS)
    here = SummaryJob(summarizer, load, tmp_path / "here").run(broken)
    executor = ProcessExecutor()
    try:
        there = SummaryJob(summarizer, load, tmp_path / "there", executor=executor).run(broken)
    finally:
        executor.close()
    for name in ("a.md.md", "b.md.md"):
        assert (tmp_path / "there" / name).read_text() == (tmp_path / "here" / name).read_text()
    assert there.report.done == here.report.done
    assert there.report.failed == here.report.failed
    assert len(there.report.failed) == 1


def test_an_executor_that_fails_in_its_own_way_costs_the_documents_only(
    tmp_path: Path, paths: list[Path]
) -> None:
    class Failing:
        def submit(self, task: SummaryTask, monitor: Monitor) -> Future[TaskResult]:
            future: Future[TaskResult] = Future()
            future.set_exception(RuntimeError("its worker died"))
            return future

        def close(self) -> None: ...

    job = SummaryJob(Summarizer(Scripted()), load, tmp_path / "out", executor=Failing())
    done = job.run(paths)
    assert [outcome.reason for outcome in done.report.failed] == [
        "RuntimeError: its worker died"
    ] * 2


def test_a_stopped_watch_begins_no_task(paths: list[Path]) -> None:
    class Stopped(Monitor):
        @property
        def stopped(self) -> bool:
            return True

    model = Scripted()
    with pytest.raises(StoppedError):
        Performer(Summarizer(model), load).perform(
            SummaryTask(paths[0], "a.md", OPTIONS), Stopped()
        )
    assert not model.asked
