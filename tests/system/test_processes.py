"""A process of ours that crashes, hangs or is killed costs its request and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from quoth.errors import ConfigurationError
from quoth.system import Child, KeptProgram, describe_exit, kill_children

MODULE = """
import json, os, subprocess, sys, time
import quoth
from quoth.system import ParentPipe, limit_memory

def echo():
    parent = ParentPipe()
    while True:
        parent.send(parent.receive())

def report():
    parent = ParentPipe()
    parent.receive()
    print("noise" * 1000, flush=True)
    facts = {"quoth": quoth.__file__, "path": sys.path, "environment": dict(os.environ)}
    parent.send(json.dumps(facts).encode())

def hang():
    parent = ParentPipe()
    folder = parent.receive().decode()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(folder + "/pid", "w") as file:
        file.write(str(child.pid))
    time.sleep(600)

def crash():
    parent = ParentPipe()
    parent.receive()
    os.abort()

def hog():
    parent = ParentPipe()
    parent.receive()
    limit_memory(50_000_000)
    try:
        bytes(200_000_000)
    except MemoryError:
        parent.send(b"refused")
    parent.send(b"granted")
"""


@pytest.fixture(autouse=True)
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a module with functions that answer requests on the path."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "answering.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(folder))


def is_gone(pid: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_requests_are_answered_one_after_the_other() -> None:
    child = Child("answering:echo")
    for request in (b"", b"one", b"\x00\n\xff" * 100_000):
        assert child.ask(request, seconds=60) == request
    assert child.running
    child.kill()
    assert not child.running
    assert not psutil.pid_exists(child.pid)


def test_a_process_is_of_our_package_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import quoth

    stranger = tmp_path / "strangers" / "quoth"
    stranger.mkdir(parents=True)
    (stranger / "__init__.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.syspath_prepend(str(stranger.parent))
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(stranger.parent))
    monkeypatch.setenv("SOME_API_KEY", "secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("MONKEY", "none")
    child = Child("answering:report")
    facts = json.loads(child.ask(b"", seconds=60) or b"{}")
    assert facts["quoth"] == quoth.__file__
    assert "" not in facts["path"]
    assert facts["environment"]["MONKEY"] == "none"
    assert "secret" not in facts["environment"].values()


def test_a_request_out_of_time_ends_the_process_and_its_children(tmp_path: Path) -> None:
    child = Child("answering:hang")
    assert child.ask(str(tmp_path).encode(), seconds=3) is None
    assert child.expired
    assert child.reap() == -signal.SIGKILL
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_crash_is_described() -> None:
    child = Child("answering:crash")
    assert child.ask(b"", seconds=60) is None
    assert not child.expired
    assert describe_exit(child.reap()) == "SIGABRT"
    assert describe_exit(3) == "exit code 3"


def test_memory_is_limited() -> None:
    child = Child("answering:hog")
    assert child.ask(b"", seconds=60) == b"refused"
    child.kill()


def test_a_process_that_does_not_start_is_an_error_of_ours() -> None:
    with pytest.raises(ConfigurationError, match="did not start"):
        Child("no_such_module:function")


def test_killing_from_another_thread_ends_the_wait(tmp_path: Path) -> None:
    children = [Child("answering:hang") for _ in range(2)]
    replies: list[bytes | None] = []
    threads = [
        threading.Thread(
            target=lambda child=child: replies.append(
                child.ask(str(tmp_path).encode(), seconds=600)
            )
        )
        for child in children
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    kill_children(children)
    for thread in threads:
        thread.join(timeout=30)
    assert replies == [None, None]


PROGRAM = """
import sys
from quoth.system import Child
child = Child("answering:hang")
child.ask(sys.argv[1].encode(), seconds=600)
"""


def test_processes_end_with_the_program_that_started_them(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    until = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    children = psutil.Process(program.pid).children(recursive=True)
    assert len(children) == 2
    program.kill()
    program.wait()
    assert all(is_gone(child.pid) for child in children)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_leaves_the_children_of_its_parent_alone() -> None:
    child = Child("answering:echo")
    forked = os.fork()
    if forked == 0:
        child.kill()
        os._exit(0 if not child.running else 1)
    assert os.waitpid(forked, 0)[1] == 0
    assert child.ask(b"still there", seconds=60) == b"still there"
    child.kill()


FORKING_PROGRAM = """
import os, sys
from quoth.system import Child
child = Child("answering:echo")
if os.fork() == 0:
    sys.exit()
os.wait()
print(child.ask(b"still there", seconds=60).decode())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_neither_a_program_nor_its_fork_leaves_anything_open_at_exit() -> None:
    program = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING_PROGRAM],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert program.stdout == "still there\n"
    assert program.stderr == ""


def test_a_program_of_others_ends_when_it_is_stopped(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    program = KeptProgram([sys.executable, str(script)], environment=os.environ)
    until = time.monotonic() + 60
    while not (printed := program.output()).endswith("\n"):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert program.running
    program.stop()
    assert is_gone(int(printed))
