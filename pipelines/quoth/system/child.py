"""The other side of `processes`: the loop of a process that answers requests."""

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
    """Requests of the parent process, and the way back for the replies.

    Making one turns this process into an expendable one: Ctrl-C is left to the parent, no core is
    dumped, and the system ends it first when memory runs out. It ends with all that it started as
    soon as the parent is gone.
    """

    def __init__(self) -> None:
        requests, self._replies = _take_over_pipes()
        self._waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        _become_expendable()
        threading.Thread(target=self._read, args=(requests,), daemon=True).start()
        self.send(b"")  # it has started

    def receive(self) -> bytes:
        """Return the next request, waiting for it."""
        return self._waiting.get()

    def send(self, reply: bytes) -> None:
        """Send the reply to the last request."""
        write_frame(self._replies, reply)

    @contextmanager
    def limit_time(self, seconds: float) -> Iterator[None]:
        """End this process when the block takes some seconds longer than `seconds`.

        The parent does so at `seconds`; but where it was killed, a parser that holds the
        interpreter would keep this process from noticing.
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
        os._exit(0)  # the parent is gone: nobody waits for what is being done


def limit_memory(size: int) -> None:
    """Allow this process `size` more bytes of private memory, where its present size is known."""
    if sys.platform == "win32":
        return
    import resource

    allowed = read_memory("VmData") + size
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or allowed < hard:
        with suppress(ValueError, OSError):  # some systems know the limit and refuse to set it
            resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


def read_memory(kind: str = "VmRSS") -> int:
    """Return `VmRSS` (resident) or `VmData` (private, writable) in bytes, 0 where unknown."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        for line in status:
            if line.startswith(kind + ":"):
                return int(line.split()[1]) * 1024
    return 0


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes of the parent; a chatty library finds nothing of them to write to."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, replies


def _become_expendable() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
