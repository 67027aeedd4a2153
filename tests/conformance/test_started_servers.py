"""Servers that we start: they stop with us, whatever happens, and are started again if they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from conformance.subjects import PROGRAM, settings
from quoth.errors import BackendError, ConfigurationError, ModelNotFoundError
from quoth.models import open_model
from quoth.testing import wait_until


def servers() -> list[psutil.Process]:
    """The servers that were started with a port, as ours are; not their keepers."""
    below = psutil.Process().children(recursive=True)
    return [p for p in below if {"--port", str(PROGRAM)} <= set(command_of(p))]


def command_of(process: psutil.Process) -> list[str]:
    try:
        return [*process.cmdline()]
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def test_llama_server_from_the_path_is_started_and_stopped(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    before = {process.pid for process in servers()}
    model = open_model(settings(model="llama-server:embedded", gpu_layers=3))
    assert {process.pid for process in servers()} == before, "opening starts nothing"
    try:
        answer = model.invoke("Say hello.", max_tokens=4)
        assert answer.text
        assert answer.response_metadata["timings"]["load_seconds"] > 0
        assert model.describe().gpu_layers == 3, "read from what the server printed"
        (started,) = [p for p in servers() if p.pid not in before]
        process = model.server()  # type: ignore[attr-defined]
        started.kill()
        assert wait_until(lambda: not process.running(), 5)
        assert model.invoke("Say hello.", max_tokens=4).text == answer.text
        port = model.server().client.url.rsplit(":", 1)[1]  # type: ignore[attr-defined]
        (started,) = [p for p in servers() if p.pid not in before]
        assert started.cmdline()[started.cmdline().index("--port") + 1] == port
        assert not any("LLAMA_API_KEY" in part for part in started.cmdline())
    finally:
        model.unload()
    assert wait_until(lambda: {p.pid for p in servers()} <= before, 5)


def test_a_started_server_ends_with_us_even_when_we_are_killed(programs: Path) -> None:
    code = (
        "from quoth.models import open_model\n"
        "from quoth.config import ModelSettings\n"
        "model = open_model(ModelSettings(threads=1,\n"
        f"    model='llamafile:{programs}/small.llamafile',\n"
        "    context_window=512))\n"
        "model.describe()\n"
        "print(model.server().client.url, flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    port = process.stdout.readline().strip().rsplit(":", 1)[1]

    def alive() -> list[psutil.Process]:
        return [p for p in psutil.process_iter() if {port, "--port"} <= {*command_of(p)}]

    assert alive()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert wait_until(lambda: not alive(), 8)


def test_a_program_that_ends_at_once_tells_its_last_words(tmp_path: Path) -> None:
    file = tmp_path / "broken.llamafile"
    file.write_text("#!/bin/sh\necho 'error: no such device'\nexit 3\n")
    file.chmod(0o755)
    model = open_model(settings(model=f"llamafile:{file}"))
    with pytest.raises(BackendError, match="no such device"):
        model.describe()


def test_a_program_that_never_answers_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "slow.llamafile"
    seconds = f"100.{os.getpid()}"
    file.write_text(f"#!/bin/sh\nexec sleep {seconds}\n")
    file.chmod(0o755)
    model = open_model(settings(model=f"llamafile:{file}", timeout=1.0))
    with pytest.raises(BackendError, match="did not answer within 1 seconds"):
        model.describe()
    assert not [p for p in psutil.process_iter() if command_of(p) == ["sleep", seconds]]


def test_what_cannot_be_started_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="no program llama-server"):
        open_model(settings(model="llama-server:embedded"))
    with pytest.raises(ModelNotFoundError, match="no llamafile"):
        open_model(settings(model="llamafile:nowhere.llamafile"))
    plain = tmp_path / "plain.llamafile"
    plain.write_text("x")
    with pytest.raises(ModelNotFoundError, match="may not be executed") as caught:
        open_model(settings(model=f"llamafile:{plain}"))
    assert "chmod" in caught.value.hint
