"""Starts a server program on a free loopback port; it ends when this process ends."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence

from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.llama.offload import read_offloaded_layers
from quoth.errors import BackendError, BackendUnavailableError, GenerationError
from quoth.system import KeptProgram


class ServerProcess:
    """A llama.cpp server that we started.

    `command` returns the program and its arguments for a port; within `seconds`, the program must
    answer.

    Raises `BackendError` with the last line of the program's output if it ends before it answers.
    """

    def __init__(self, name: str, command: Callable[[int], Sequence[str]], seconds: float) -> None:
        self.api_key = secrets.token_urlsafe(24)
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._name = name
        self._program = KeptProgram(
            command(port), environment={**os.environ, "LLAMA_API_KEY": self.api_key}
        )
        try:
            self._wait(seconds)
        except BaseException:
            self.stop()
            raise

    @property
    def running(self) -> bool:
        """Whether the program still runs."""
        return self._program.running

    @property
    def gpu_layers(self) -> int | None:
        """The number of layers on the GPU, from the log; `None` if the log does not report it."""
        return read_offloaded_layers(self.output())

    def output(self) -> str:
        """Return the output of the program."""
        return self._program.output()

    def stop(self) -> None:
        """End the program and wait until it is gone."""
        self._program.stop()

    def _wait(self, seconds: float) -> None:
        client = LlamaHttpClient(self.url, api_key=self.api_key, timeout=10)
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                if not self.running:
                    words = self.output().strip().splitlines() or ["it printed nothing"]
                    raise BackendError(
                        f"{self._name} ended before it answered: {words[-1][:300]}",
                        hint="Start it by hand to see all of its output.",
                    )
                try:
                    if client.has("/health"):
                        return
                except (BackendUnavailableError, GenerationError):
                    pass
                time.sleep(0.1)
        finally:
            client.close()
        raise BackendUnavailableError(
            f"{self._name} did not answer within {seconds:.0f} seconds.",
            hint="Large models load slowly: raise backend.timeout.",
            retryable=False,
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
