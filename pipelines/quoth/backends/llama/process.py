"""Starts a server program on a free loopback port, and stops it again, whatever happens to us.

The program runs under a keeper that holds a pipe to this process: when the pipe closes, because we
let go or because we were killed, the keeper ends the program.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.llama.offload import layers_in
from quoth.errors import BackendError, BackendUnavailableError, GenerationError

_KEEPER = """
import os, subprocess, sys, threading
try:
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
except OSError:  # a llamafile is a shell script to kernels that do not know its format
    child = subprocess.Popen(["sh", *sys.argv[1:]], stdin=subprocess.DEVNULL)
def watch():
    while os.read(0, 1):
        pass
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
threading.Thread(target=watch, daemon=True).start()
os._exit(abs(child.wait()))
"""
_STOP_SECONDS = 8.0


class ServerProcess:
    """A llama.cpp server that we started.

    Raises `BackendError` with the last line of its output if it ends before it answers.

    `command` returns the program and its arguments for a port. `seconds` is how long it may take
    until it answers.
    """

    def __init__(self, name: str, command: Callable[[int], Sequence[str]], seconds: float) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the server
        self.api_key = secrets.token_urlsafe(24)
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _KEEPER, *command(port)],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us; we stop it
            env={**os.environ, "LLAMA_API_KEY": self.api_key},
        )
        try:
            self._wait(seconds)
        except BaseException:
            self.stop()
            raise

    def is_running(self) -> bool:
        """Return whether the program is still there."""
        return self._process.poll() is None

    @property
    def gpu_layers(self) -> int | None:
        """The number of layers on the GPU, as its log says; `None` where it does not."""
        return layers_in(self.output())

    def output(self) -> str:
        """Return what the program has printed."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 200_000))
        return self._log.read().decode("utf-8", "replace")

    def stop(self) -> None:
        """End the program and wait until it is gone."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()

    def _wait(self, seconds: float) -> None:
        client = LlamaHttpClient(self.url, api_key=self.api_key, timeout=10)
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                if not self.is_running():
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
            hint="A large model takes long to load: raise backend.timeout.",
            retryable=False,
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
