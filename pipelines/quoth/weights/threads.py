"""The number of threads that decode: the number of cores that are idle.

llama.cpp's threads wait for each other after every layer. One that shares its core with another
program holds up all of them: two threads on a core and a half were measured to be thirty times
slower than one.
"""

from __future__ import annotations

import os
import time

_LOOK_SECONDS = 0.05


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def measure_busy_cores(seconds: float = _LOOK_SECONDS) -> float:
    """Return the number of cores that other programs keep busy, measured for some seconds."""
    import psutil

    begin = time.process_time()
    share = float(psutil.cpu_percent(interval=seconds)) / 100
    own = (time.process_time() - begin) / seconds
    return max(0.0, share * (os.cpu_count() or 1) - own)


def choose_threads(configured: int, *, most: int = 0) -> int:
    """Return the configured number; for 0, the number of idle cores, at least one.

    `most` is the highest number that was measured to be useful here; 0 if none was measured.
    """
    if configured:
        return configured
    cores = count_cores()
    useful = min(most or cores, cores)
    if useful == 1:
        return 1
    return max(1, min(useful, round(cores - measure_busy_cores())))
