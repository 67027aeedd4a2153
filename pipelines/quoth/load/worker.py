"""The process that reads files for a `LoaderPool`: it may crash, hang, and be killed.

It imports no more than the loaders that its files need. It ends when its pool does, because the
pipe that brings the jobs closes then, however the pool's process ended; and while the interpreter
is held by a parser that keeps it from noticing, the alarm set for each file ends it.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from quoth.errors import LimitExceededError, QuothError
from quoth.load import wire
from quoth.load.contract import LoadOptions
from quoth.load.registry import load_with

_GRACE_SECONDS = 5
_KEEP_MEMORY = 200 * 1024 * 1024  # a worker that holds more than this after a file makes room


def main() -> None:
    """Serve jobs from standard input until it closes."""
    jobs, results = _take_over_pipes()
    _be_expendable()
    first = wire.receive(jobs)
    if first is None:
        return
    options = wire.unpack_options(first)
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(jobs, waiting), daemon=True).start()
    idle = _memory_in_use("VmRSS")
    _limit_memory(options.limits.memory_megabytes)
    wire.send(results, {"ready": True})
    while True:
        answer = _answer(Path(waiting.get()["path"]), options)
        answer["leaving"] = _memory_in_use("VmRSS") > idle + _KEEP_MEMORY
        wire.send(results, answer)
        if answer["leaving"]:
            return


def _answer(path: Path, options: LoadOptions) -> dict[str, Any]:
    if hasattr(signal, "alarm"):
        signal.alarm(int(options.limits.seconds) + _GRACE_SECONDS)
    try:
        return {"document": wire.pack_document(load_with(path, options))}
    except QuothError as error:
        return {"error": wire.pack_error(error)}
    except MemoryError:
        return {"error": wire.pack_error(LimitExceededError(f"{path.name} is too large."))}
    finally:
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes of the pool, and leave nothing of them for a chatty library to write to."""
    jobs = os.fdopen(os.dup(0), "rb")
    results = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return jobs, results


def _read_jobs(jobs: BinaryIO, waiting: queue.SimpleQueue[dict[str, Any]]) -> None:
    while True:
        job = wire.receive(jobs)
        if job is None:
            os._exit(0)  # the pool is gone: whatever is being read, nobody waits for it
        waiting.put(job)


def _be_expendable() -> None:
    """Leave Ctrl-C to the pool, dump no core, and be the first to go when memory runs out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_memory(megabytes: int) -> None:
    """Allow this process so much private memory more than it has now."""
    if sys.platform == "win32":
        return
    import resource

    allowed = _memory_in_use("VmData") + megabytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or allowed < hard:
        with suppress(ValueError, OSError):  # some systems know the limit and refuse to set it
            resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


def _memory_in_use(kind: str) -> int:
    """Return `VmRSS` (resident) or `VmData` (private, writable) in bytes, 0 where unknown."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        for line in status:
            if line.startswith(kind + ":"):
                return int(line.split()[1]) * 1024
    return 0
