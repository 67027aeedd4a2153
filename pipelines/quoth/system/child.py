"""The child's side of `processes`: a process that answers requests of its parent."""

from __future__ import annotations

import faulthandler
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from quoth.system.frames import read_frame, write_frame

_GRACE_SECONDS = 5.0


class ParentPipe:
    """The pipes to the parent process: requests in, replies out.

    Opening them makes this process expendable: it ignores Ctrl-C, dumps no core, and is the first
    that the system kills when memory runs out. It ends, with its own children, as soon as the
    parent is gone.
    """

    def __init__(self) -> None:
        requests, self._replies = _claim_pipes()
        self._waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        _become_expendable()
        threading.Thread(target=self._read, args=(requests,), daemon=True).start()
        self.send(b"")  # reports the start

    def receive(self) -> bytes:
        """Wait for the next request and return it."""
        return self._waiting.get()

    def send(self, reply: bytes) -> None:
        """Send the reply to the last request."""
        write_frame(self._replies, reply)

    @contextmanager
    def limit_time(self, seconds: float) -> Iterator[None]:
        """End this process when the block takes some seconds longer than `seconds`.

        The parent kills it at `seconds`. This limit is for a parent that is gone, which a process
        cannot notice while a parser holds the interpreter.
        """
        faulthandler.dump_traceback_later(seconds + _GRACE_SECONDS, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    def _read(self, requests: BinaryIO) -> None:
        while (request := read_frame(requests)) is not None:
            self._waiting.put(request)
        if sys.platform != "win32" and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)  # the parent is gone: nobody waits for the reply


def limit_memory(size: int) -> None:
    """Allow this process `size` more bytes of private memory, where its present size is known."""
    if sys.platform == "win32":
        return
    import resource

    allowed = read_memory("VmData") + size
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or allowed < hard:
        with suppress(ValueError, OSError):  # some systems have the limit but refuse to set it
            resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


def read_memory(kind: str = "VmRSS") -> int:
    """Return `VmRSS` (resident) or `VmData` (private, writable) in bytes, 0 where unknown."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        for line in status:
            if line.startswith(kind + ":"):
                return int(line.split()[1]) * 1024
    return 0


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the parent's pipes, and leave the null device in their place to chatty libraries."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    return requests, replies


def _become_expendable() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
