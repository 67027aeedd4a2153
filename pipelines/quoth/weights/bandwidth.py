"""Measures how fast this machine reads its main memory, which bounds how fast a CPU generates."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

_BYTES = 192 * 2**20
_SECONDS = 0.6


@lru_cache(maxsize=1)
def memory_bandwidth() -> float:
    """Return bytes a second, read by all cores together; the best of what fits into a second.

    Generating a token reads all weights once, so bandwidth divided by their size is a speed that
    no program on this CPU can exceed.
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
            list(pool.map(np.max, parts))  # numpy lets go of the interpreter meanwhile
            best = max(best, words.nbytes / (time.perf_counter() - begin))
    return best
