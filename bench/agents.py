"""Agents: how soon a client is greeted, and what the protocol adds to a search.

    python -m bench.agents            # the sample library, in a new state folder

Each figure is a median. A greeting is timed from the start of the process `quoth mcp` to the answer
of its first request: alone, and attached to a running `quoth serve`. The searches of the library
itself and those of an agent are made in turns, over standard input and output and over HTTP.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from quoth import Library
from quoth.system import sample_library_folder

from bench.measure import say

QUOTH = [sys.executable, "-m", "quoth.cli"]
QUESTION = "What does the handbook say about rule number {number}?"


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Run `quoth serve` over a state folder, and give its address."""
    program = [*QUOTH, "serve", "--port", "0", "--no-token"]
    environment = {**os.environ, "QUOTH_HOME": str(home)}
    log = home / "serve.log"
    with log.open("w") as errors:
        process = subprocess.Popen(program, env=environment, stderr=errors)
    try:
        while not (found := re.search(r"http://\S+", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield found[0]
    finally:
        process.terminate()
        process.wait()


def stdio(home: Path) -> StdioServerParameters:
    """Return the parameters of `quoth mcp` over a state folder."""
    environment = {**os.environ, "QUOTH_HOME": str(home)}
    return StdioServerParameters(command=QUOTH[0], args=[*QUOTH[1:], "mcp"], env=environment)


async def greet(home: Path) -> float:
    """Return the seconds from the start of the process to its first answer."""
    began = time.perf_counter()
    async with Client(stdio_client(stdio(home)), mode="legacy"):
        return time.perf_counter() - began


async def compare(client: Client, library: Library, rounds: int) -> tuple[float, float]:
    """Return the median milliseconds of a search by the library, and by an agent."""
    ours, agents = [], []
    for number in range(rounds + 3):  # the first three load what is loaded once
        question = QUESTION.format(number=number)
        began = time.perf_counter()
        library.search(question, k=8)
        between = time.perf_counter()
        result = await client.call_tool("search", {"query": question, "k": 8})
        ended = time.perf_counter()
        assert not result.is_error
        ours.append(between - began)
        agents.append(ended - between)
    return 1e3 * statistics.median(ours[3:]), 1e3 * statistics.median(agents[3:])


async def measure(home: Path, rounds: int) -> None:
    """Print all figures."""
    alone = [await greet(home) for _ in range(5)]
    print(f"greeting, alone: {statistics.median(alone):.2f} s (bar 2 s)")
    with Library(home=home) as library:
        async with Client(stdio_client(stdio(home))) as client:
            _tell("stdio", *await compare(client, library, rounds))
        with served(home) as address:
            await asyncio.sleep(5)  # the server loads the protocol
            attached = [await greet(home) for _ in range(5)]
            print(f"greeting, attached: {statistics.median(attached):.2f} s (bar 0.5 s)")
            async with httpx2.AsyncClient(timeout=60) as http:
                transport = streamable_http_client(f"{address}/mcp", http_client=http)
                async with Client(transport) as client:
                    _tell("HTTP", *await compare(client, library, rounds))


def _tell(transport: str, ours: float, agents: float) -> None:
    print(
        f"search over {transport}: {agents:.1f} ms, {ours:.1f} ms by the library;"
        f" {agents - ours:.1f} ms more (bar 20 ms)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quoth-agents-") as scratch:
        with Library(home=scratch) as library:
            library.ingest(sample_library_folder())
        say(f"{given.rounds} searches each")
        asyncio.run(measure(Path(scratch), given.rounds))


if __name__ == "__main__":
    main()
