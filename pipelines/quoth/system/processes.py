"""Python child processes that may crash, hang or be killed without harm to this process."""

from __future__ import annotations

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from quoth.errors import ConfigurationError
from quoth.system.frames import read_body, read_frame, read_length, write_frame

# The package is loaded by its path, so that no other package named quoth is imported instead.
_START = """
import importlib, importlib.util, json, sys
package, sys.path[:], entry = json.loads(sys.argv.pop())
spec = importlib.util.spec_from_file_location(
    "quoth", package + "/__init__.py", submodule_search_locations=[package]
)
sys.modules["quoth"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["quoth"])
module, _, function = entry.partition(":")
getattr(importlib.import_module(module), function)()
"""
_PACKAGE = Path(__file__).parents[1]
_SECRETS = re.compile(r".*(API_?KEY|ACCESS_KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)", re.I)


class Child:
    """A Python process whose function `entry` answers requests, one at a time.

    `entry` is `module:function`; the function takes its requests from a `quoth.system.ParentPipe`.
    The process has no terminal, no current folder in `sys.path`, and no environment variable that
    configures Python or looks like a secret. It ends with `kill`, when this object is garbage, and
    when this process ends in any way.

    Raises `ConfigurationError` when the process does not start.
    """

    def __init__(self, entry: str) -> None:
        path = [folder for folder in sys.path if os.path.isabs(folder)]  # noqa: PTH117
        self.expired = False
        """Whether the last request ran out of time."""
        self._owner = os.getpid()
        arguments = json.dumps([str(_PACKAGE), path, entry])
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _START, arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_clean_environment(),
            start_new_session=True,  # Ctrl-C reaches this process alone; its children die with it
        )
        _living.add(self)
        self._finalizer = weakref.finalize(self, _kill, self._process, self._owner)
        self._finalizer.atexit = False  # the hook below ends all at once
        self._await_start(entry)

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is alive and a child of this process, not of one before a fork."""
        return self._owner == os.getpid() and self._process.poll() is None

    def _await_start(self, entry: str) -> None:
        try:
            if read_frame(cast(BinaryIO, self._process.stdout)) is None:
                raise ConfigurationError(
                    f"A process for {entry} did not start ({describe_exit(self.reap())}).",
                    hint=f"To see why, run: {sys.executable} -c 'import {entry.partition(':')[0]}'",
                )
        except BaseException:
            self.kill()
            raise

    def ask(
        self, request: bytes, *, seconds: float, admit: Callable[[int], None] | None = None
    ) -> bytes | None:
        """Return the reply to a request; `None` if the process died or was killed.

        A request that takes longer than `seconds` kills the process and sets `expired`. `admit` is
        called with the bytes of the reply before they are read, and may wait as long as it likes.
        """
        self.expired = False
        replies = cast(BinaryIO, self._process.stdout)
        try:
            with self._limited(seconds):
                write_frame(cast(BinaryIO, self._process.stdin), request)
                length = read_length(replies)
            if length is None:
                return None
            if admit is not None:
                admit(length)
            with self._limited(seconds):
                return read_body(replies, length)
        except (OSError, ValueError):  # the pipe broke, or `kill` closed it in another thread
            return None

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def kill(self) -> None:
        """End the process and its children immediately."""
        self._finalizer.detach()  # at exit it may be disabled before the hook below runs
        _kill(self._process, self._owner)
        _living.discard(self)

    def reap(self, *, seconds: float = 5.0) -> int:
        """Return the exit code, negative for a signal, of a process that has ended or soon will."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()
        return self._process.wait()

    def _expire(self) -> None:
        self.expired = True
        _signal_group(self._process)


def kill_children(children: list[Child]) -> None:
    """Kill all these processes, then wait for each."""
    for child in children:
        if child.running:
            _signal_group(child._process)
    for child in children:
        child.kill()


def describe_exit(code: int) -> str:
    """Return how a process ended, in words: `SIGSEGV`, or `exit code 3`."""
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not _SECRETS.fullmatch(name)}


def _signal_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that has not been waited for, and its children."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError, AttributeError):  # no groups on Windows
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


def _kill(process: subprocess.Popen[bytes], owner: int) -> None:
    if owner == os.getpid():
        _signal_group(process)
        process.wait()
    else:  # in a fork: the pipes are copies to close, the process is the parent's to wait for
        process.returncode = 0
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # unwritten data has no reader any more
                pipe.close()


_living: weakref.WeakSet[Child] = weakref.WeakSet()
atexit.register(lambda: kill_children([*_living]))
