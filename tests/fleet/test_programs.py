"""The programs of a fleet as a person starts them: head, workers, jobs, and the demo."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from fleet.machines import outputs_of, write_documents
from programs import Quoth
from quoth import Library
from quoth.system import KeptProgram
from served import serving

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

Start = Callable[..., KeptProgram]
_ADDRESS = re.compile(r"tls://127\.0\.0\.1:\d+")


@contextmanager
def programs(**environment: str) -> Iterator[Start]:
    """Start programs `quoth fleet …`, which end with the block."""
    with ExitStack() as stack:

        def start(*arguments: str | Path) -> KeptProgram:
            command = [sys.executable, "-m", "quoth.cli", "fleet", *map(str, arguments)]
            program = KeptProgram(command, environment={**os.environ, **environment})
            stack.callback(program.stop)
            return program

        yield start


@pytest.fixture
def start() -> Iterator[Start]:
    with programs() as started:
        yield started


def wait_for(pattern: re.Pattern[str], program: KeptProgram, *, seconds: float = 60) -> str:
    end = time.monotonic() + seconds
    while not (found := pattern.search(program.output())):
        assert program.running, program.output()
        assert time.monotonic() < end, program.output()
        time.sleep(0.05)
    return found[0]


def children_of(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
        return found
    return []


def wait_until_gone(processes: list[psutil.Process], seconds: float = 20) -> None:
    _, alive = psutil.wait_procs(processes, seconds)
    assert not [" ".join(one.cmdline()) for one in alive]


@dataclass(frozen=True, slots=True)
class Running:
    """A head with a worker `gpu1`, and the options with which a command uses them."""

    address: str
    token: Path

    @property
    def options(self) -> tuple[str | Path, ...]:
        return ("--fleet", self.address, "--fleet-token", self.token)


@pytest.fixture(scope="module")
def running(session_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    token = tmp_path_factory.mktemp("fleet") / "token"
    with programs(QUOTH_HOME=str(session_home)) as start:
        head = start("head", "--port", "0", "--token-file", token)
        address = wait_for(_ADDRESS, head)
        start("work", address, "--token-file", token, "--name", "gpu1")
        yield Running(address, token)


def test_a_job_file_and_an_ingestion_are_done_by_a_fleet(
    running: Running, quoth: Quoth, tmp_path: Path
) -> None:
    write_documents(tmp_path / "in", 3)
    job = tmp_path / "weekend.yaml"
    job.write_text("sources: [in]\noutput: far\n")
    run = quoth("run", job, *running.options, "--json")
    assert run.returncode == 0, run.stderr
    (machine,) = json.loads(run.stdout)["machines"]
    assert (machine["name"], machine["documents"], machine["deaths"]) == ("gpu1", 3, 0)
    assert quoth("run", job, "-o", "near").returncode == 0
    assert outputs_of(tmp_path / "far") == outputs_of(tmp_path / "near")

    ingested = quoth("ingest", "in", "-c", "by-fleet", *running.options, "--shared-disk")
    assert ingested.returncode == 0, ingested.stderr
    assert "gpu1, 3 documents" in ingested.stdout
    assert quoth("ingest", "in", "-c", "alone").returncode == 0
    question = ("search", "Who asked for the bridge of 1001 arches?", "--json")
    far, near = (json.loads(quoth(*question, "-c", name).stdout) for name in ("by-fleet", "alone"))
    assert [hit["text"] for hit in far] == [hit["text"] for hit in near]
    scores = [hit["score"] for hit in near]  # what is embedded beside a text moves the last digits
    assert [hit["score"] for hit in far] == pytest.approx(scores, abs=1e-4)


def test_a_job_of_the_server_is_done_by_the_fleet_that_its_owner_named(
    running: Running, tmp_path: Path
) -> None:
    write_documents(tmp_path / "in", 2)
    with Library("far", home=tmp_path / "home") as library:
        library.ingest(tmp_path / "in")
    asked = {"kind": "summarize", "collection": "far"}
    with serving(tmp_path / "home", fleet=running.address, fleet_token=running.token) as server:
        elsewhere = server.post("/api/v1/jobs", {**asked, "fleet": "tls://192.0.2.1:8786"})
        assert elsewhere.status_code == 400
        job = server.wait_for(server.post("/api/v1/jobs", asked).json()["id"])
    assert job["state"] == "done", job["error"]
    assert {document["state"] for document in job["result"]["documents"]} == {"done"}
    assert [machine["name"] for machine in job["result"]["machines"]] == ["gpu1"]


@pytest.mark.parametrize("ended", ["by itself", "by its parent"])
def test_a_worker_that_ends_leaves_its_exit_code_and_no_complaint(ended: str) -> None:
    code = "import sys; from quoth.fleet.supervise import end_with_parent; end_with_parent(); "
    code += "sys.exit(74)" if ended == "by itself" else "import time; time.sleep(60)"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if ended == "by itself":
        assert child.wait(60) == 74
    _, said = child.communicate(timeout=60)  # closes its input
    assert (child.returncode, said) == (74 if ended == "by itself" else 0, "")


def test_the_engine_says_nothing_of_its_own() -> None:
    silent = "from quoth.fleet.engine import prepare_engine; prepare_engine(); import logging; "
    silent += "names = [name for name in logging.root.manager.loggerDict if 'distributed' in name];"
    silent += "print(len(names), [n for n in names if logging.getLogger(n).isEnabledFor(40)])"
    command = [sys.executable, "-c", silent]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(" ", 1)
    assert int(told[0]) > 10
    assert told[1].strip() == "[]"


@pytest.mark.slow
def test_the_demo_summarizes_the_sample_library_and_leaves_nothing_behind(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "quoth.cli", "fleet", "demo"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QUOTH_HOME": str(tmp_path / "home")},
    )
    seen: set[psutil.Process] = set()
    while demo.poll() is None:
        seen.update(children_of(demo.pid))
        time.sleep(0.1)
    printed = demo.communicate()[0]
    assert demo.returncode == 0
    assert "5 summaries in fleet-demo" in printed
    assert re.search(r"first, \d document", printed)
    assert re.search(r"second, \d document", printed)
    wait_until_gone(list(seen))


@pytest.mark.slow
def test_a_demo_that_is_killed_takes_its_programs_with_it(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "quoth.cli", "fleet", "demo"],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "QUOTH_HOME": str(tmp_path / "home")},
    )
    while sum("work" in one.cmdline() for one in children_of(demo.pid)) < 2:
        assert demo.poll() is None
        time.sleep(0.1)
    programs = children_of(demo.pid)
    demo.kill()
    demo.wait()
    wait_until_gone(programs)


@pytest.mark.slow
@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_worker_program_leaves_no_process_however_it_ends(
    ended: signal.Signals, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "quoth.cli", "fleet"]
    token = tmp_path / "token"
    head = subprocess.Popen(
        [*command, "head", "--port", "0", "--token-file", token], stderr=subprocess.PIPE, text=True
    )
    assert head.stderr is not None
    address = next(found for line in head.stderr if (found := _ADDRESS.search(line)))
    worker = subprocess.Popen(
        [*command, "work", address[0], "--token-file", token], stderr=subprocess.PIPE, text=True
    )
    assert worker.stderr is not None
    assert "works for" in worker.stderr.readline()
    processes = [*children_of(worker.pid), *children_of(head.pid)]
    for program in (worker, head):
        program.send_signal(ended)
        said = program.communicate(timeout=20)[1]
        assert "Traceback" not in said
    wait_until_gone(processes)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_job_goes_on_when_workers_and_head_and_the_job_itself_were_killed(
    start: Start, quoth: Quoth, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    write_documents(tmp_path / "in", 6, paragraphs=16)
    head = start("head", "--port", "0", "--token-file", token)
    address = wait_for(_ADDRESS, head)
    port = address.rpartition(":")[2]
    workers = [start("work", address, "--token-file", token, "--name", name) for name in "ab"]
    command = [
        *(sys.executable, "-m", "quoth.cli", "summarize", "in", "-o", "out"),
        *("--strategy", "map-reduce", "--fleet", address, "--fleet-token", str(token), "--json"),
    ]
    job = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def calls() -> int:
        return int(json.loads(quoth("journal", "stats", "--json").stdout)["calls"])

    before = calls()
    while calls() < before + 2:
        assert job.poll() is None
        time.sleep(0.1)
    for each in children_of(os.getpid()):
        with suppress(psutil.NoSuchProcess):
            if "--once" in each.cmdline():
                each.kill()
    while calls() < before + 4:
        assert job.poll() is None
        time.sleep(0.1)
    head.stop()
    job.kill()
    job.wait()
    joined = [worker.output().count("works for") for worker in workers]
    start("head", "--port", port, "--token-file", token)
    for worker, times in zip(workers, joined, strict=True):
        again = re.compile(f"(?:works for.*){{{times + 1}}}", re.DOTALL)
        wait_for(again, worker, seconds=120)
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(report["report"]["done"]) == 6
    assert report["cached_calls"] >= 2
    assert sum(machine["documents"] for machine in report["machines"]) >= 6
