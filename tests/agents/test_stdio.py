"""`quoth mcp` as a client starts it: a process that speaks the protocol and nothing else."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from agents.processes import PROTOCOL, Agent
from places import ROOT
from programs import Quoth


@pytest.fixture
def agent(session_home: Path, sample: str) -> Iterator[Agent]:
    started = Agent(session_home, sample)
    yield started
    started.kill()


def test_a_client_is_greeted_and_served_and_its_end_is_the_end(agent: Agent) -> None:
    answer = agent.greet()["result"]
    assert answer["serverInfo"]["name"] == "quoth"
    assert answer["protocolVersion"] == PROTOCOL
    assert "sample" in answer["instructions"]
    found = agent.call("search", query="How long can the generator run?", k=2)
    assert "32 hours" in found["content"][0]["text"]
    assert agent.close() == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_ctrl_c_is_the_end_while_the_client_is_silent(agent: Agent) -> None:
    agent.greet()
    agent.process.send_signal(signal.SIGINT)
    assert agent.process.wait(60) == 130


@pytest.mark.timeout(120)
def test_malformed_messages_end_nothing(agent: Agent) -> None:
    agent.greet()
    chance = random.Random(7)
    good = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()
    for number in range(200):
        kind = number % 5
        if kind == 0:
            agent.write(chance.randbytes(40).replace(b"\n", b""))
        elif kind == 1:
            agent.write(good[: chance.randrange(1, len(good))])
        elif kind == 2:
            agent.write(b'{"jsonrpc": "2.0", "id": [], "method": 7}')
        elif kind == 3:
            agent.write(b"[" * 50)
        else:
            value = chance.choice(["null", "1e999", '{"name": 3}', '{"name": "x", "arguments": 5}'])
            agent.write(
                f'{{"jsonrpc":"2.0","id":"m{number}","method":"tools/call","params":{value}}}'.encode()
            )
    found = agent.call("list_documents")
    assert not found["isError"]
    assert agent.close() == 0


@pytest.mark.slow
def test_a_client_that_never_reads_ends_the_server_when_it_goes(agent: Agent) -> None:
    agent.greet()
    for number in range(200):  # more than a pipe holds
        agent.request("tools/list", id=number + 1000)
    time.sleep(1)
    assert agent.process.poll() is None
    assert agent.process.stdout
    agent.process.stdout.close()
    assert agent.process.stdin
    agent.process.stdin.close()
    agent.process.wait(20)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.slow
def test_the_death_of_the_parent_in_mid_call_is_the_end(session_home: Path, sample: str) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from agents.processes import Agent\n"
        f"agent = Agent(Path({str(session_home)!r}), {sample!r})\n"
        "agent.greet()\n"
        "agent.request('tools/call', id=7, name='summarize', arguments={'documents': ['*.pdf']})\n"
        "print(agent.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    child.wait(20)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells memory from mapped files")
def test_memory_stays_flat_over_a_thousand_calls(agent: Agent) -> None:
    agent.greet()
    process = psutil.Process(agent.process.pid)
    sizes = []
    for number in range(2001):
        agent.call("search", query=f"What is the limit number {number}?", k=3)
        # Some hundred texts bring in the faster engine of the embedder, once.
        if number in (1000, 2000):
            # Of its own: pages of files that are mapped come and go with the machine's memory.
            sizes.append(sum(part.anonymous for part in process.memory_maps()))
    assert sizes[1] < sizes[0] + 10_000_000


@pytest.mark.parametrize("client", ["claude", "vscode", "zed", "json"])
def test_the_configuration_of_a_client_is_json(quoth: Quoth, client: str) -> None:
    result = quoth("mcp", "--print-config", client, "-c", "contracts", "--document", "*.pdf")
    value = json.loads(result.stdout)
    text = json.dumps(value)
    assert '"mcp", "--collection", "contracts", "--document", "*.pdf"' in text


def test_an_unknown_client_or_action_is_one_sentence(quoth: Quoth) -> None:
    assert quoth("mcp", "--print-config", "emacs").returncode == 2
    assert quoth("mcp", "remember").returncode == 2


def test_the_log_is_shown(quoth: Quoth, agent: Agent) -> None:
    agent.greet()
    agent.call("search", query="Where is the valve V-21?")
    agent.close()
    assert "Where is the valve V-21?" in quoth("mcp", "log").stdout
    assert json.loads(quoth("mcp", "log", "--json").stdout)[-1]["tool"] == "search"
