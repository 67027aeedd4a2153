"""The layers of a model on the GPU: the number that is set, and the actual one."""

from __future__ import annotations

import re

from quoth.weights import Gguf, read_free_gpu_memory

_OFFLOADED = re.compile(r"offloaded (\d+)/\d+ layers to GPU")


def count_offloaded_layers(free_before: list[int], header: Gguf) -> int:
    """Return the number of layers on the GPU, from the free memory before and after loading.

    The output layer counts as one, as in llama.cpp. Without a GPU the number is 0.
    """
    if not free_before:
        return 0
    used = sum(free_before) - sum(read_free_gpu_memory())
    all_layers = header.layers + 1
    if used >= 0.9 * header.bytes:
        return all_layers
    return max(0, min(all_layers, round(all_layers * used / header.bytes))) if header.bytes else 0


def read_offloaded_layers(log: str) -> int | None:
    """Return the number of offloaded layers in a log of llama.cpp; `None` if the log has none."""
    numbers = _OFFLOADED.findall(log)
    return int(numbers[-1]) if numbers else None


def explain_offload(setting: str | int, layers: int | None, *, gpu_here: bool) -> str:
    """Return a sentence about a model that should be on the GPU and is not, else an empty text."""
    wanted = setting == "all" or (isinstance(setting, int) and setting > 0)
    if layers != 0 or not (wanted or (setting == "auto" and gpu_here)):
        return ""
    why = "no layer fits there" if gpu_here else "no GPU is available"
    return f"It runs on the CPU instead of the GPU: {why}."


def to_llama_layers(setting: str | int) -> int:
    """Return `backend.gpu_layers` as a number for llama.cpp, where -1 lets llama.cpp choose."""
    if setting == "all":
        return 999
    return -1 if setting == "auto" else int(setting)
