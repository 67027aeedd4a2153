"""Programs of one home use the server that runs there, instead of a model of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from agents.processes import Agent
from programs import Quoth
from quoth import Library
from quoth.config import load_config
from quoth.library import attach, attach_address
from served import Served, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")
QUESTION = "How long can the emergency generator run on a full tank?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, sample: str, session_home: Path) -> Path:
    """A home of its own with the sample library, in which a server runs."""
    home = tmp_path_factory.mktemp("attached")
    (home / "collections").mkdir()
    (home / "collections" / sample).symlink_to(session_home / "collections" / sample)
    return home


@pytest.fixture(scope="module")
def attachable(home: Path) -> Iterator[Served]:
    with serving(home, attachable=True) as server:
        yield server


@pytest.fixture
def agent(home: Path, sample: str, attachable: Served) -> Iterator[Agent]:
    started = Agent(home, sample, "--document", "*.pdf")
    yield started
    started.kill()


def test_the_answer_of_a_server_is_that_of_the_program(
    quoth: Quoth, home: Path, sample: str, attachable: Served, session_home: Path
) -> None:
    for command in ("ask", "search"):
        for form in ([], ["--json"]):
            arguments = (command, QUESTION, "-c", sample, "--document", "*.pdf", *form)
            with_server = quoth(*arguments, QUOTH_HOME=str(home))
            alone = quoth(*arguments, QUOTH_HOME=str(session_home))
            assert with_server.returncode == alone.returncode == 0, with_server.stderr
            if not form:
                assert with_server.stdout == alone.stdout
                continue
            one, other = json.loads(with_server.stdout), json.loads(alone.stdout)
            for each in (one, other):
                each.pop("timings", None) if isinstance(each, dict) else None
            assert one == other


def test_the_library_is_not_opened_by_a_program_that_attaches(
    quoth: Quoth, home: Path, sample: str, attachable: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("A model was loaded.")

    monkeypatch.setattr(Library, "stream", refuse)
    monkeypatch.setattr(Library, "search", refuse)
    code = (
        "import sys\n"
        "from quoth.cli import main\n"
        f"main(['ask', {QUESTION!r}, '-c', {sample!r}])\n"
        "print(sorted({'onnxruntime', 'xllamacpp', 'chromadb'} & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "QUOTH_HOME": str(home)},
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stdout + result.stderr
    assert "32 hours" in result.stdout


def test_other_settings_or_collections_are_not_served(
    home: Path, sample: str, attachable: Served
) -> None:
    config = load_config().config
    other = load_config(overrides={"retrieval.k": 3}).config
    taken = attach(home, config, "search", [sample], question=QUESTION)
    assert taken is not None
    taken.close()
    assert attach(home, other, "search", [sample], question=QUESTION) is None
    assert attach(home, config, "search", ["absent"], question=QUESTION) is None


def test_an_error_of_the_server_is_that_of_the_program(
    quoth: Quoth, home: Path, sample: str, attachable: Served
) -> None:
    result = quoth("search", "x", "-c", sample, "--document", "absent.pdf", QUOTH_HOME=str(home))
    alone = quoth("search", "x", "-c", sample, "--document", "absent.pdf")
    assert (result.returncode, result.stderr) == (alone.returncode, alone.stderr)


def test_an_agent_attaches_within_its_bounds(agent: Agent) -> None:
    assert agent.greet()["result"]["serverInfo"]["name"] == "quoth"
    listed = agent.call("list_documents")["structuredContent"]
    assert {document["format"] for document in listed["documents"]} == {"pdf"}
    assert "32 hours" in agent.call("search", query=QUESTION)["content"][0]["text"]
    loaded = psutil.Process(agent.process.pid).memory_info().rss
    assert loaded < 120_000_000
    assert agent.close() == 0


def test_a_program_that_goes_away_frees_its_place(
    home: Path, sample: str, attachable: Served
) -> None:
    queue = attachable.services.queue
    tickets = [queue.enter() for _ in range(queue.slots)]
    for ticket in tickets:
        ticket.wait(stopped=lambda: False, tell=lambda _: None)
    taken = attach(home, load_config().config, "ask", [sample], question=QUESTION)
    assert taken is not None
    wait_until(lambda: queue.counts[0] == 1)
    taken.close()
    wait_until(lambda: queue.counts[0] == 0)
    for ticket in tickets:
        ticket.leave()


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_agent_hears_that_its_server_ended(
    tmp_path: Path, sample: str, session_home: Path
) -> None:
    (tmp_path / "collections").mkdir()
    (tmp_path / "collections" / sample).symlink_to(session_home / "collections" / sample)
    with serving(tmp_path, attachable=True):
        agent = Agent(tmp_path, sample)
        agent.greet()
    assert agent.process.wait(20) == 2
    agent.kill()


def test_only_the_owner_can_open_the_socket(home: Path, attachable: Served) -> None:
    path = attach_address(home)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o666)
    try:
        assert attach(home, load_config().config, "search", ["sample"]) is None
    finally:
        path.chmod(0o600)


def test_what_a_killed_server_left_is_passed_over(
    quoth: Quoth, tmp_path: Path, sample: str, session_home: Path
) -> None:
    import socket

    (tmp_path / "server").mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(attach_address(tmp_path)))
    attach_address(tmp_path).chmod(0o600)
    assert attach(tmp_path, load_config().config, "search", [sample]) is None
