"""The kinds of GPU that this build of llama.cpp runs on, and the kinds that this machine has."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from quoth.system import import_quietly
from quoth.weights.memory import Device, look_at_memory

_INDEX = "pip install xllamacpp --force-reinstall --no-deps --index-url " + (
    "https://xorbitsai.github.io/xllamacpp/whl/"
)
_WHEELS = {"CUDA": "cu128", "ROCm": "rocm-7.2.4", "Vulkan": "vulkan"}
_BACKEND = re.compile(r"(?:^|\|)\s*(\w+) : ")
_KINDS = re.compile(r"cuda|cu\d|rocm|vulkan|metal|mtl", re.IGNORECASE)
_NAMES = {"cu": "CUDA", "ro": "ROCm", "vu": "Vulkan", "me": "Metal", "mt": "Metal"}


@dataclass(frozen=True, slots=True)
class GpuBuild:
    """A build of llama.cpp and the GPUs around it.

    `kinds` are the interfaces that the build was made for (`CUDA`, `ROCm`, `Vulkan`, `Metal`),
    `devices` the GPUs that it can use, and `present` the interfaces that this machine has by the
    signs of its drivers.
    """

    kinds: tuple[str, ...]
    devices: tuple[Device, ...]
    present: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What the build can do here, in a few words."""
        made = f"{' and '.join(self.kinds)} build of llama.cpp" if self.kinds else ""
        if self.devices:
            seen = ", ".join(
                f"{gpu.name} ({gpu.total / 2**30:.0f} GiB, {gpu.free / 2**30:.0f} free)"
                for gpu in self.devices
            )
            return f"{made or 'llama.cpp'}: {seen}"
        if made:
            return f"{made}, which sees no GPU"
        if self.present:
            return (
                "llama.cpp runs on the CPU alone, and this machine has a driver for "
                f"{self.present[0]}"
            )
        return "llama.cpp runs on the CPU; no GPU is seen"

    @property
    def advice(self) -> str:
        """How to get a build that uses the GPU; empty where there is nothing to do."""
        if self.devices or not (self.kinds or self.present):
            return ""
        if self.kinds:
            return "Check the driver of the GPU; docs/howto/gpu.md names what each build needs."
        return f"Install that build (docs/howto/gpu.md): {_INDEX}{_WHEELS[self.present[0]]}"


def find_gpu_build() -> GpuBuild:
    """Return what xllamacpp was built for, and the GPUs of this machine."""
    xllamacpp = import_quietly("xllamacpp")

    words = [
        *_BACKEND.findall(str(xllamacpp.get_system_info())),
        *(str(device["name"]) for device in xllamacpp.get_device_info()),
        metadata.version("xllamacpp").partition("+")[2],
    ]
    kinds = {_NAMES[match[0][:2].lower()] for match in map(_KINDS.match, words) if match}
    return GpuBuild(tuple(sorted(kinds)), look_at_memory().gpus, tuple(_signs_of_gpus()))


def _signs_of_gpus(root: Path = Path("/")) -> Iterator[str]:
    """Yield the interfaces for which this machine has a driver, the best one first."""
    if platform.system() == "Darwin":  # every build there has Metal
        return
    if shutil.which("nvidia-smi") or (root / "proc/driver/nvidia/version").exists():
        yield "CUDA"
    if (root / "dev/kfd").exists():
        yield "ROCm"
    installed = any((root / "usr/share/vulkan/icd.d").glob("*.json"))
    if installed and any((root / "dev/dri").glob("renderD*")):
        yield "Vulkan"
