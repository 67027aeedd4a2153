"""How many threads decode: as many as there are cores that nobody else is using right now.

llama.cpp's threads wait for each other after every layer. One that shares its core with another
program holds up all of them: two threads on a core and a half were measured to be thirty times
slower than one.
"""

from __future__ import annotations

import os

_LOOK_SECONDS = 0.05


def decode_threads(configured: int) -> int:
    """Return the configured number, or for 0 the number of cores that are idle, at least one."""
    if configured:
        return configured
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = cores or 1
    if cores == 1:
        return 1
    busy = float(psutil.cpu_percent(interval=_LOOK_SECONDS)) / 100 * cores
    return max(1, round(cores - busy))
