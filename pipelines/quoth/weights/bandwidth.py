"""Measures how fast this machine reads its main memory, which bounds how fast a CPU generates."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

_BYTES = 192 * 2**20
_SECONDS = 0.6


@lru_cache(maxsize=1)
def measure_bandwidth() -> float:
    """Return the bytes a second that all cores read together, the best of some measurements.

    Generating a token reads all weights once, so the bandwidth divided by their size is an upper
    bound of the speed on this CPU.
    """
    import numpy as np

    cores = os.cpu_count() or 1
    words = np.ones(_BYTES // 8, dtype=np.int64)
    parts = np.array_split(words, cores)
    best = 0.0
    with ThreadPoolExecutor(cores) as pool:
        end = time.perf_counter() + _SECONDS
        while best == 0.0 or time.perf_counter() < end:
            begin = time.perf_counter()
            list(pool.map(np.max, parts))  # numpy releases the GIL meanwhile
            best = max(best, words.nbytes / (time.perf_counter() - begin))
    return best
