"""Which layers of a model llama.cpp is asked to put on the GPU, and which really are there."""

from __future__ import annotations

import re

from quoth.weights import Gguf, gpu_memory_free

_OFFLOADED = re.compile(r"offloaded (\d+)/\d+ layers to GPU")


def offloaded_layers(free_before: list[int], header: Gguf) -> int:
    """Return how many layers went onto the GPU, from the memory that it lost since.

    The output layer counts as one, as in llama.cpp. Without a GPU it is 0 for certain.
    """
    if not free_before:
        return 0
    taken = sum(free_before) - sum(gpu_memory_free())
    every = header.layers + 1
    if taken >= 0.9 * header.bytes:
        return every
    return max(0, min(every, round(every * taken / header.bytes))) if header.bytes else 0


def layers_in(log: str) -> int | None:
    """Return how many layers llama.cpp said that it offloaded; `None` where it did not say."""
    found = _OFFLOADED.findall(log)
    return int(found[-1]) if found else None


def offload_note(asked: str | int, layers: int | None, *, gpu_here: bool) -> str:
    """Return a sentence for a model that should be on the GPU and is not; else nothing."""
    wanted = asked == "all" or (isinstance(asked, int) and asked > 0)
    if layers != 0 or not (wanted or (asked == "auto" and gpu_here)):
        return ""
    why = "nothing of it fitted there" if gpu_here else "no GPU is seen here"
    return f"It was asked onto the GPU and runs on the CPU: {why}."


def gpu_layers_for_llama(setting: str | int) -> int:
    """Return `backend.gpu_layers` as llama.cpp takes it: -1 lets it fit them by itself."""
    if setting == "all":
        return 999
    return -1 if setting == "auto" else int(setting)
