"""A fleet whose parts are killed, freeze or fail ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fleet.machines import (
    DEADLY,
    DISK,
    Fleet,
    disk_of,
    fleet,
    listening,
    outputs_of,
    run_alone,
    write_documents,
)
from quoth.errors import CollectionError
from quoth.jobs import JobReport

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@dataclass
class Running:
    """A job that runs on a thread; `report` waits for it."""

    thread: threading.Thread
    results: list[JobReport]

    def report(self) -> JobReport:
        self.thread.join(120)
        assert self.results, "the job did not end"
        return self.results[0]


def start(made: Fleet, paths: list[Path], output: Path) -> Running:
    results: list[JobReport] = []
    thread = threading.Thread(target=lambda: results.append(made.summarize(paths, output)))
    thread.start()
    return Running(thread, results)


def wait_until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def kill(process: object) -> None:
    process.kill()  # type: ignore[attr-defined]
    process.join()  # type: ignore[attr-defined]


def kill_and_compare(tmp_path: Path, *, kills: int, documents: int, paragraphs: int) -> None:
    """Kill workers and heads at random, and compare with a run that nothing disturbed.

    A few calls are answered between two kills, so that the job is at work at each. The worker that
    is killed made two of them: a document that three kills hit in a row, none of its calls finished
    in between, would have failed.
    """
    paths = write_documents(tmp_path / "in", documents, paragraphs=paragraphs)
    run_alone(paths, tmp_path / "calm")
    chance = random.Random(11)
    with fleet(tmp_path / "home", "a", "b") as made:
        made.log.allow(0)
        job = start(made, paths, tmp_path / "out")
        for number in range(kills):
            before = len(made.log.calls())
            allowed = before + chance.randint(4, 8)
            made.log.allow(allowed)
            wait_until(lambda most=allowed: made.kept() and len(made.log.calls()) >= most)  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, 0.2))
            if number % 5 == 4:
                assert made.head is not None
                kill(made.head)
                made.start_head()
            else:
                busy = Counter(made.log.machines()[before:])
                kill(made.workers[chance.choice(sorted(n for n in busy if busy[n] > 1))])
        assert job.thread.is_alive()
        made.log.allow(None)
        wait_until(lambda: made.kept() and not job.thread.is_alive(), 120)
        report = job.report()
        assert made.head is not None
        assert listening(made.head) == {"127.0.0.1"}
        assert all(listening(worker) <= {"127.0.0.1"} for worker in made.workers.values())
    assert not [process for process in made.started if process.is_alive()]
    wait_until(lambda: not any(made.scratch.iterdir()))  # removed by processes of their own
    assert len(report.report.done) == documents
    assert outputs_of(tmp_path / "out") == outputs_of(tmp_path / "calm")
    repeated = sum(times - 1 for times in Counter(made.log.calls()).values())
    in_flight = kills + kills // 5  # one at each worker
    assert repeated <= in_flight, f"{repeated} calls were made again after {kills} kills"


@pytest.mark.timeout(120)
def test_ten_random_kills_change_nothing(tmp_path: Path) -> None:
    kill_and_compare(tmp_path, kills=10, documents=4, paragraphs=48)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_hundred_random_kills_change_nothing(tmp_path: Path) -> None:
    kill_and_compare(tmp_path, kills=100, documents=40, paragraphs=48)


@pytest.mark.slow
def test_a_document_that_kills_its_worker_fails_alone(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 5)
    paths[2].write_text(paths[2].read_text().replace("council", DEADLY))
    with fleet(tmp_path / "home", "a", "b") as made:
        job = start(made, paths, tmp_path / "out")
        while job.thread.is_alive():
            made.kept()
            time.sleep(0.05)
        report = job.report()
        assert made.head is not None
        assert listening(made.head) == {"127.0.0.1"}
        for worker in made.workers.values():
            assert listening(worker) <= {"127.0.0.1"}
    assert [Path(outcome.path) for outcome in report.report.failed] == [paths[2]]
    assert "3 machines ended" in report.report.failed[0].reason
    assert len(report.report.done) == 4
    assert sum(machine.deaths for machine in report.machines) == 3


@pytest.mark.slow
def test_a_frozen_machine_comes_back(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 6)
    run_alone(paths, tmp_path / "calm")
    with fleet(tmp_path / "home", "a", seconds=0.1, lost_after=2.0) as made:
        job = start(made, paths, tmp_path / "out")
        wait_until(lambda: len(made.log.calls()) > 2)
        frozen = made.workers["a"].pid or 0
        os.kill(frozen, signal.SIGSTOP)
        made.start_worker("b")
        report = job.report()
        os.kill(frozen, signal.SIGCONT)
        wait_until(lambda: not made.workers["a"].is_alive())  # and a supervisor starts it anew
    assert len(report.report.done) == 6
    assert outputs_of(tmp_path / "out") == outputs_of(tmp_path / "calm")
    assert {machine.name: machine.state for machine in report.machines} == {
        "a": "gone",
        "b": "works",
    }


@pytest.mark.slow
def test_a_worker_of_another_version_is_refused_or_taken_in_and_named(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 3)
    with fleet(tmp_path / "home", "a") as made:
        made.start_worker("old", version="0.0.1")
        refused = made.summarize(paths, tmp_path / "out")
        assert {m.name: m.documents for m in refused.machines}.get("old", 0) == 0
        kill(made.workers["a"])
        mixed = made.summarize(paths, tmp_path / "mixed", mixed=True)
    assert len(refused.report.done) == len(mixed.report.done) == 3
    assert any("old differs: version 0.0.1, not 0.1.0" in note for note in mixed.differences)


@pytest.fixture
def own_disks() -> None:
    """Skip where a process cannot have a disk of its own."""
    mount = ["unshare", "-m", "mount", "-t", "tmpfs", "none", str(DISK)]
    if shutil.which("unshare") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")


@pytest.mark.slow
@pytest.mark.usefixtures("own_disks")
def test_a_worker_with_a_full_disk_leaves_and_others_go_on(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 4, paragraphs=80)
    with fleet(tmp_path / "home") as made:
        made.start_worker("full", disk="8k")
        job = start(made, paths, tmp_path / "out")
        wait_until(lambda: not made.workers["full"].is_alive())
        made.start_worker("b")
        report = job.report()
    assert len(report.report.done) == 4
    full = next(machine for machine in report.machines if machine.name == "full")
    assert (full.deaths, full.state) == (0, "gone")


@pytest.mark.slow
@pytest.mark.usefixtures("own_disks")
def test_a_full_disk_at_the_head_ends_the_job_and_room_lets_it_go_on(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 40)
    run_alone(paths, tmp_path / "calm")
    with fleet(tmp_path / "home", "a", disk="32m") as made:
        assert made.head is not None
        filler = disk_of(made.head) / "filler"
        filler.write_bytes(bytes(31 << 20))
        with pytest.raises(CollectionError, match="full"):
            made.summarize(paths, tmp_path / "out")
        filler.unlink()
        again = made.summarize(paths, tmp_path / "out")
    assert len(again.report.done) == 40
    assert again.cached_calls
    assert outputs_of(tmp_path / "out") == outputs_of(tmp_path / "calm")


@pytest.mark.slow
def test_a_head_that_stays_away_pauses_the_job(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 2)
    with fleet(tmp_path / "home") as made:
        assert made.head is not None
        kill(made.head)
        report = made.summarize(paths, tmp_path / "out", patience=0.5)
    assert "does not answer" in report.paused
    assert report.exit_code == 2
