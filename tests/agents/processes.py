"""`quoth mcp` as a client starts it: a process that is spoken to line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROTOCOL = "2025-11-25"


class Agent:
    """A process of `quoth mcp`, spoken to line by line."""

    def __init__(self, home: Path, sample: str, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "quoth.cli", "mcp", "-c", sample, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "QUOTH_HOME": str(home)},
        )
        self._last = 0

    def write(self, line: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request, and return the answer to it; whatever else comes is skipped."""
        self._last += 1
        self.request(method, id=self._last, **params)
        while True:
            message = self.read()
            if message.get("id") == self._last:
                return message

    def request(self, method: str, *, id: int, **params: Any) -> None:
        """Send a request without waiting for its answer."""
        request = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
        self.write(json.dumps(request).encode())

    def read(self) -> dict[str, Any]:
        """Return the next line, which must be a message of the protocol."""
        assert self.process.stdout
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert message["jsonrpc"] == "2.0"
        return message

    def greet(self) -> dict[str, Any]:
        answer = self.ask(
            "initialize",
            protocolVersion=PROTOCOL,
            capabilities={},
            clientInfo={"name": "test", "version": "1"},
        )
        self.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        return answer

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.ask("tools/call", name=tool, arguments=arguments)["result"]
        return result

    def close(self) -> int:
        """Close the way in, as a client does that ends, and return the exit code."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        code = self.process.wait(20)
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()
