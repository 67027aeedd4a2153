"""Foreign programs that must not outlive this process.

The program runs under a keeper that holds a pipe to this process: when the pipe closes, because
of `stop` or because this process has ended, the keeper ends the program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress

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
_OUTPUT_BYTES = 200_000


class KeptProgram:
    """A running program, which ends with `stop` or when this process ends in any way."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the program runs
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _KEEPER, *command],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone
            env=dict(environment),
        )

    @property
    def running(self) -> bool:
        """Whether the program is still running."""
        return self._process.poll() is None

    def output(self) -> str:
        """Return the last part of the program's output, stdout and stderr together."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _OUTPUT_BYTES))
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
