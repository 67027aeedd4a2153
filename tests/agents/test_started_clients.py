"""Clients of the protocol that others wrote, as their users start them; each is fetched once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from agents.calls import QUESTION

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_FASTMCP = """
import asyncio, sys
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

async def main():
    python, home, collection, question = sys.argv[1:]
    arguments = ["-m", "quoth.cli", "mcp", "-c", collection]
    async with Client(StdioTransport(python, arguments, env={"QUOTH_HOME": home})) as client:
        found = await client.call_tool("search", {"query": question})
        print(len(await client.list_tools()), found.content[0].text)

asyncio.run(main())
"""


def run(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_command_line_of_the_inspector(session_home: Path, sample: str) -> None:
    inspect = ["--yes", "@modelcontextprotocol/inspector", "--cli", "-e"]
    inspect += [f"QUOTH_HOME={session_home}", sys.executable, "-m", "quoth.cli", "mcp"]
    inspect += ["-c", sample, "--method"]
    tools = json.loads(run("npx", *inspect, "tools/list"))["tools"]
    assert len(tools) == 7
    call = ["tools/call", "--tool-name", "search", "--tool-arg", f"query={QUESTION}"]
    assert "32 hours" in json.loads(run("npx", *inspect, *call))["content"][0]["text"]


def test_the_client_of_fastmcp(session_home: Path, sample: str) -> None:
    arguments = [sys.executable, str(session_home), sample, QUESTION]
    found = run(
        "uv", "run", "--no-project", "--with", "fastmcp", "python", "-c", _FASTMCP, *arguments
    )
    assert found.startswith("7 ")
    assert "32 hours" in found
