"""The memory that models can use on this machine: main memory and GPUs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quoth.system import import_quietly


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU that this build of llama.cpp sees. Sizes are bytes."""

    name: str
    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of this machine. `total` and `available` are bytes of main memory."""

    total: int
    available: int
    gpus: tuple[Device, ...]

    @property
    def gpu_free(self) -> int:
        """The free memory of all GPUs together."""
        return sum(gpu.free for gpu in self.gpus)


def look_at_memory() -> Memory:
    """Return the current memory."""
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
            for entry in list_gpus()
        ),
    )


def list_gpus() -> list[dict[str, Any]]:
    """Return llama.cpp's own list of the GPUs that it can use."""
    xllamacpp = import_quietly("xllamacpp")

    kinds = xllamacpp.ggml_backend_dev_type
    wanted = {kinds.GGML_BACKEND_DEVICE_TYPE_GPU, kinds.GGML_BACKEND_DEVICE_TYPE_IGPU}
    return [entry for entry in xllamacpp.get_device_info() if entry["type"] in wanted]


def read_free_gpu_memory() -> list[int]:
    """Return the free bytes of each GPU."""
    return [int(entry["memory_free"]) for entry in list_gpus()]
