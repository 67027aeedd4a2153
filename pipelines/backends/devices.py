"""The memory that models can use on this machine, and how much of a model really is on the GPU."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipelines.backends.gguf import Gguf

_OFFLOADED = re.compile(r"offloaded (\d+)/\d+ layers to GPU")


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU that this build of llama.cpp sees. Sizes are bytes."""

    name: str
    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of this machine. `total` and `available` are of the main memory, in bytes."""

    total: int
    available: int
    gpus: tuple[Device, ...]

    @property
    def gpu_free(self) -> int:
        """Return the free memory of all GPUs together."""
        return sum(gpu.free for gpu in self.gpus)


def look_at_memory() -> Memory:
    """Return the memory as it is now."""
    import psutil

    memory = psutil.virtual_memory()
    return Memory(
        total=int(memory.total),
        available=int(memory.available),
        gpus=tuple(
            Device(
                name=str(entry.get("description") or entry.get("name")),
                total=int(entry["memory_total"]),
                free=int(entry["memory_free"]),
            )
            for entry in gpu_entries()
        ),
    )


def gpu_entries() -> list[dict[str, Any]]:
    """Return llama.cpp's own list of the GPUs that it can use."""
    import xllamacpp

    kinds = xllamacpp.ggml_backend_dev_type
    wanted = {kinds.GGML_BACKEND_DEVICE_TYPE_GPU, kinds.GGML_BACKEND_DEVICE_TYPE_IGPU}
    return [entry for entry in xllamacpp.get_device_info() if entry["type"] in wanted]


def gpu_memory_free() -> list[int]:
    """Return the free bytes of each GPU."""
    return [int(entry["memory_free"]) for entry in gpu_entries()]


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
