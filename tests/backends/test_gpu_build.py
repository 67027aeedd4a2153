"""What `doctor` says of the build of llama.cpp, and of the GPUs of a machine."""

from __future__ import annotations

from pathlib import Path

import pytest
import xllamacpp
from quoth.weights.gpu_build import GpuBuild, _signs_of_gpus, find_gpu_build
from quoth.weights.memory import Device

CARD = Device("NVIDIA Card", 24 * 2**30, 23 * 2**30)


def test_the_build_that_is_here_is_told() -> None:
    build = find_gpu_build()
    assert bool(build.devices) <= bool(build.kinds)
    assert build.summary


@pytest.mark.parametrize(
    ("information", "devices", "kinds"),
    [
        ("CPU : SSE3 = 1 | AVX = 1 | ", ["CPU"], ()),
        ("CUDA : ARCHS = 860 | USE_GRAPHS = 1 | CPU : SSE3 = 1 | ", ["CUDA0", "CPU"], ("CUDA",)),
        ("CUDA : ARCHS = 860 | CPU : AVX = 1 | ", ["CPU"], ("CUDA",)),
        ("ROCm : NO_VMM = 1 | CPU : SSE3 = 1 | ", ["ROCm0"], ("ROCm",)),
        ("CPU : SSE3 = 1 | ", ["Vulkan0", "CPU"], ("Vulkan",)),
        ("MTL : EMBED_LIBRARY = 1 | CPU : NEON = 1 | ", ["MTL0"], ("Metal",)),
        ("Metal : EMBED_LIBRARY = 1 | CPU : NEON = 1 | ", ["Metal"], ("Metal",)),
    ],
)
def test_the_kind_of_a_build_is_read_from_what_llama_cpp_says(
    monkeypatch: pytest.MonkeyPatch, information: str, devices: list[str], kinds: tuple[str, ...]
) -> None:
    cpu = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    listed = [{"name": name, "type": cpu} for name in devices]
    monkeypatch.setattr(xllamacpp, "get_system_info", lambda: information)
    monkeypatch.setattr(xllamacpp, "get_device_info", lambda: listed)
    assert find_gpu_build().kinds == kinds


@pytest.mark.parametrize(
    ("build", "summary", "advice"),
    [
        (GpuBuild((), (), ()), "no GPU is seen", ""),
        (GpuBuild((), (), ("CUDA",)), "has a driver for CUDA", "whl/cu128"),
        (GpuBuild((), (), ("ROCm", "Vulkan")), "has a driver for ROCm", "whl/rocm"),
        (GpuBuild(("CUDA",), (), ("CUDA",)), "sees no GPU", "driver"),
        (GpuBuild(("CUDA",), (CARD,), ("CUDA",)), "NVIDIA Card (24 GiB, 23 free)", ""),
    ],
)
def test_the_advice_is_for_a_gpu_that_is_not_used(
    build: GpuBuild, summary: str, advice: str
) -> None:
    assert summary in build.summary
    assert advice in build.advice
    assert bool(advice) == bool(build.advice)


def test_drivers_are_found_by_their_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert list(_signs_of_gpus(tmp_path)) == []
    (tmp_path / "dev/dri").mkdir(parents=True)
    (tmp_path / "dev/dri/renderD128").touch()
    assert list(_signs_of_gpus(tmp_path)) == [], "a screen alone has no Vulkan"
    vulkan = tmp_path / "usr/share/vulkan/icd.d/card.json"
    vulkan.parent.mkdir(parents=True)
    vulkan.touch()
    assert list(_signs_of_gpus(tmp_path)) == ["Vulkan"]
    (tmp_path / "dev/kfd").touch()
    driver = tmp_path / "proc/driver/nvidia/version"
    driver.parent.mkdir(parents=True)
    driver.touch()
    assert list(_signs_of_gpus(tmp_path)) == ["CUDA", "ROCm", "Vulkan"]
