from __future__ import annotations

import errno
import itertools
import json
import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest
from quoth.errors import (
    BackendUnavailableError,
    CollectionBusyError,
    CollectionError,
    CorruptDocumentError,
    ModelNotFoundError,
    UsageError,
)
from quoth.jobs import JobProgress, JobReport, SummaryJob
from quoth.journal.journal import Journal
from quoth.summarize import Summarizer, SummaryOptions
from quoth.system import WriteLock
from quoth.types import Document, Page
from scripted_model import Scripted

TEXT = (
    "The council met on {n} May 1998 in hall {n}. Ada Lindqvist asked for {n},200 crowns to mend "
    "the bridge of {n} arches. The council gave {n},900 crowns, and the work begins in June."
)


def load(path: Path) -> Document:
    if path.suffix == ".bad":
        raise CorruptDocumentError(f"{path.name} is broken.")
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    (source / "deep").mkdir(parents=True)
    for n in range(6):
        paragraphs = "\n\n".join(TEXT.format(n=10 * n + m + 1) for m in range(8))
        (source / ("deep" if n % 2 else "") / f"doc{n}.md").write_text(paragraphs)
    return source


def job(tmp_path: Path, model: Scripted | None = None, **options: object) -> SummaryJob:
    summarizer = Summarizer(
        model or Scripted(),
        journal=Journal(tmp_path / "journal.db"),
        options=SummaryOptions(map_tokens=100, reduction="select", length="40"),
    )
    return SummaryJob(summarizer, load, tmp_path / "out", **options)  # type: ignore[arg-type]


def outputs(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "report."))
    }


def test_one_output_for_each_document_and_a_report(tmp_path: Path, folder: Path) -> None:
    paths = sorted(folder.rglob("*.md"))
    done = job(tmp_path).run(paths, base=folder)
    assert done.exit_code == 0
    names = set(outputs(tmp_path / "out"))
    assert names == {f"{path.relative_to(folder)}.md" for path in paths}
    assert len(names) == 6
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert len(report["report"]["done"]) == 6
    assert report["calls"] == done.calls > 6
    assert report["coverage"] == 1.0
    assert {outcome.reason for outcome in done.report.done} == names


def test_the_same_job_again_makes_no_call_and_the_same_outputs(
    tmp_path: Path, folder: Path
) -> None:
    paths = sorted(folder.rglob("*.md"))
    model = Scripted()
    job(tmp_path, model, form="json").run(paths, base=folder)
    first, calls = outputs(tmp_path / "out"), len(model.asked)
    again = job(tmp_path, model, form="json").run(paths, base=folder)
    assert outputs(tmp_path / "out") == first
    assert len(model.asked) == calls
    assert (again.calls, again.cached_calls) == (0, calls)


def test_documents_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    paths = []
    for name in ("a", "b"):
        path = tmp_path / name / "same.md"
        path.parent.mkdir()
        path.write_text(TEXT.format(n=4))
        paths.append(path)
    job(tmp_path).run(paths)
    assert set(outputs(tmp_path / "out")) == {"a/same.md.md", "b/same.md.md"}


def test_a_document_that_fails_stops_no_other(tmp_path: Path, folder: Path) -> None:
    (folder / "broken.bad").write_text("x")
    (folder / "empty.md").write_text("")
    (folder / "blank.md").write_text(" \n\n ")
    paths = [*sorted(folder.rglob("*.*")), folder / "missing.md"]
    done = job(tmp_path).run(paths, base=folder)
    assert done.exit_code == 1
    assert len(done.report.done) == 6
    reasons = {Path(o.path).name: (o.status, o.reason) for o in done.report.failed}
    assert reasons["broken.bad"] == ("corrupt", "broken.bad is broken.")
    assert reasons["empty.md"][0] == "no_text"
    assert reasons["blank.md"][0] == "no_text"
    assert "No such file" in reasons["missing.md"][1]


def test_an_error_nobody_thought_of_is_one_line_of_the_report(tmp_path: Path, folder: Path) -> None:
    paths = sorted(folder.rglob("*.md"))

    def odd(path: Path) -> Document:
        if path == paths[2]:
            raise ZeroDivisionError("who would have thought")
        return load(path)

    work = job(tmp_path)
    done = SummaryJob(work.summarizer, odd, tmp_path / "out").run(paths)
    assert len(done.report.done) == 5
    assert done.report.failed[0].reason == "ZeroDivisionError: who would have thought"


def test_too_many_failures_end_the_job(tmp_path: Path, folder: Path) -> None:
    paths = [folder / f"{n}.bad" for n in range(10)]
    done = job(tmp_path, max_failures=2, workers=1).run(paths)
    assert len(done.report.failed) == 3
    assert len(done.report.skipped) == 7
    assert "max_failures" in done.paused


def test_a_plan_adds_up_and_names_what_cannot_be_read(tmp_path: Path, folder: Path) -> None:
    (folder / "broken.bad").write_text("x")
    model = Scripted()
    work = job(tmp_path, model)
    plan = work.plan(sorted(folder.rglob("*.*")))
    assert plan.total.documents == 6
    assert plan.total.seconds is None
    assert [Path(outcome.path).name for outcome in plan.failed] == ["broken.bad"]
    assert not model.asked
    work.run(sorted(folder.rglob("*.md")))
    assert len(model.asked) == plan.total.calls
    assert work.plan(sorted(folder.rglob("*.md"))).total.known_calls == plan.total.calls


def test_progress_reaches_its_end(tmp_path: Path, folder: Path) -> None:
    seen: list[JobProgress] = []
    paths = sorted(folder.rglob("*.md"))
    work = job(tmp_path, progress=seen.append)
    work.run(paths, plan=work.plan(paths))
    assert seen[-1].documents_done == seen[-1].documents == 6
    assert seen[-1].calls_done == seen[-1].calls_planned
    assert seen[-1].calls_cached == 0
    settled = [item for progress in seen for item in progress.settled.items()]
    assert sorted(settled) == [(str(path), "done") for path in paths], "each is told once"
    assert [p.calls_done for p in seen] == sorted(p.calls_done for p in seen)
    assert seen[-1].seconds_left == pytest.approx(0.0)


def test_a_backend_that_comes_back_is_waited_for(tmp_path: Path, folder: Path) -> None:
    failures = iter(range(5))

    def answer(prompt: str) -> str:
        if next(failures, None) is not None:
            raise BackendUnavailableError("The server is away.", retryable=False)
        return " ".join(prompt.split()[-9:])

    done = job(tmp_path, Scripted(answer=answer), backoff=0.01).run(sorted(folder.rglob("*.md")))
    assert done.exit_code == 0
    assert len(done.report.done) == 6


def test_a_backend_that_stays_away_pauses_the_job(tmp_path: Path, folder: Path) -> None:
    model = Scripted(parallel=1)
    calls = iter(range(12))

    def answer(prompt: str) -> str:
        if next(calls, None) is None:
            raise BackendUnavailableError("The server is away.", retryable=False)
        return " ".join(prompt.split()[-9:])

    model.answer = answer
    paths = sorted(folder.rglob("*.md"))
    paused = job(tmp_path, model, retries=2, backoff=0.01).run(paths, base=folder)
    assert paused.exit_code == 1
    assert paused.paused == "The server is away."
    assert not paused.report.failed
    assert {outcome.status for outcome in paused.report.skipped} == {"pending"}
    resumed = job(tmp_path, Scripted()).run(paths, base=folder)
    assert resumed.exit_code == 0
    assert resumed.cached_calls == 12


def test_a_model_that_is_not_there_is_an_error_at_once(tmp_path: Path, folder: Path) -> None:
    def answer(prompt: str) -> str:
        raise ModelNotFoundError("There is no such model.")

    with pytest.raises(ModelNotFoundError):
        job(tmp_path, Scripted(answer=answer)).run(sorted(folder.rglob("*.md")))
    assert (tmp_path / "out" / "report.json").exists()


def test_two_runs_of_one_job_do_not_collide(tmp_path: Path, folder: Path) -> None:
    with WriteLock(tmp_path / "out" / ".quoth-lock").hold(), pytest.raises(CollectionBusyError):
        job(tmp_path).run(sorted(folder.rglob("*.md")))
    assert job(tmp_path).run(sorted(folder.rglob("*.md"))).exit_code == 0


def test_an_output_folder_that_cannot_be_written_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    model = Scripted()
    with pytest.raises(UsageError, match="cannot be written"):
        job(tmp_path, model).run(sorted(folder.rglob("*.md")))
    assert not model.asked


def test_a_place_that_is_taken_costs_that_document_only(tmp_path: Path, folder: Path) -> None:
    paths = sorted(folder.glob("*.md"))
    (tmp_path / "out" / f"{paths[0].name}.md").mkdir(parents=True)
    done = job(tmp_path).run(paths, base=folder)
    assert [outcome.path for outcome in done.report.failed] == [str(paths[0])]
    assert "cannot be written" in done.report.failed[0].reason
    assert len(done.report.done) == len(paths) - 1
    assert not [*tmp_path.rglob("*.part")]


def test_a_folder_that_becomes_unwritable_ends_the_job(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, body: bytes) -> None:
        raise CollectionError("no room") from OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("quoth.jobs.outputs.write_whole", refuse)
    with pytest.raises(CollectionError, match="no room"):
        job(tmp_path).run(sorted(folder.glob("*.md")), base=folder)


def test_an_empty_job_is_done_at_once(tmp_path: Path) -> None:
    assert job(tmp_path).run([]).exit_code == 0


def test_traces_are_written_beside(tmp_path: Path, folder: Path) -> None:
    job(tmp_path, trace=True, form="text").run(sorted(folder.glob("*.md")), base=folder)
    assert {name.split(".", 2)[2] for name in outputs(tmp_path / "out")} == {
        "txt",
        "trace.json",
        "trace.html",
    }


def test_ctrl_c_finishes_the_calls_in_flight(tmp_path: Path, folder: Path) -> None:
    """In a process of its own: a signal may meet any native thread of this one."""
    child = multiprocessing.get_context("spawn").Process(
        target=_interrupt_a_job, args=(tmp_path, folder)
    )
    child.start()
    child.join(60)
    assert child.exitcode == 0


def _interrupt_a_job(tmp_path: Path, folder: Path) -> None:
    numbers = itertools.count(1)
    interrupted = threading.Event()

    def answer(prompt: str) -> str:
        number = next(numbers)
        if number == 5:
            os.kill(os.getpid(), signal.SIGINT)
        if number >= 5:
            assert interrupted.wait(30)
        return " ".join(prompt.split()[-9:])

    def interrupt(number: int, frame: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    model = Scripted(parallel=2, answer=answer)
    paths = sorted(folder.rglob("*.md"))
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        done = job(tmp_path, model).run(paths, base=folder)
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.interrupted
    assert done.exit_code == 130
    journal = Journal(tmp_path / "journal.db")
    assert journal.stats().calls == len(model.asked) == done.calls > 0
    resumed = job(tmp_path, Scripted()).run(paths, base=folder)
    assert resumed.cached_calls == done.calls
    assert resumed.exit_code == 0


def test_what_a_killed_run_left_half_written_is_swept(tmp_path: Path, folder: Path) -> None:
    torn = tmp_path / "out" / "deep" / ".doc1.md.json.4552-140552883398336.part"
    torn.parent.mkdir(parents=True)
    torn.write_text("half")
    mine = torn.with_name("notes.part")
    mine.write_text("the user's")
    job(tmp_path).run(sorted(folder.rglob("*.md")), base=folder)
    assert not torn.exists()
    assert mine.exists()


def test_exit_codes_tell_what_happened() -> None:
    from quoth.types import Outcome, Report

    failed = Report(failed=(Outcome("a", "b", "failed"),))
    assert JobReport(Report()).exit_code == 0
    assert JobReport(failed).exit_code == 1
    assert JobReport(failed, paused="away").exit_code == 2
    assert JobReport(failed, interrupted=True).exit_code == 130


def test_only_what_failed_is_summarized_again_and_the_rest_is_kept(
    tmp_path: Path, folder: Path
) -> None:
    broken = folder / "report.bad"
    broken.write_text("half")
    read: list[Path] = []

    def load_noting(path: Path) -> Document:
        read.append(path)
        mended = path == broken and path.read_text() != "half"
        return (
            Document(str(path), "t", "text", (Page(1, path.read_text()),))
            if mended
            else (load(path))
        )

    def run(*, only_failed: bool = False) -> JobReport:
        read.clear()
        summarizer = Summarizer(Scripted(), options=SummaryOptions(length="40"))
        work = SummaryJob(summarizer, load_noting, tmp_path / "out")
        return work.run(sorted(folder.rglob("*.*")), base=folder, only_failed=only_failed)

    with pytest.raises(UsageError, match="no report of an earlier run"):
        run(only_failed=True)
    whole = run()
    again = run(only_failed=True)
    assert read == [broken]
    assert (again.exit_code, again.kept) == (3, 6)
    assert [d.sentences for d in again.documents] == [d.sentences for d in whole.documents]
    broken.write_text(TEXT.format(n=7))
    assert run(only_failed=True).exit_code == 0
    assert read == [broken]
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<details open>") == 7
    assert "Without a summary" not in page
    assert run(only_failed=True).kept == 7
    assert read == []
