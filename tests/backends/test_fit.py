from __future__ import annotations

from dataclasses import replace

import pytest
from quoth.backends.llama.offload import count_offloaded_layers, explain_offload
from quoth.config.settings import ModelSettings
from quoth.weights.bandwidth import measure_bandwidth
from quoth.weights.find import find_embedded_weights
from quoth.weights.fit import cache_of_layers, fit_of
from quoth.weights.gguf import Gguf, read_gguf
from quoth.weights.memory import Device, Memory

GIB = 2**30
MIB = 2**20


@pytest.fixture(scope="module")
def header() -> Gguf:
    return read_gguf(find_embedded_weights())


def machine(available: int, *gpus: int) -> Memory:
    return Memory(
        total=available * 2,
        available=available,
        gpus=tuple(Device(f"GPU {n}", total=free, free=free) for n, free in enumerate(gpus)),
    )


def test_the_cache_is_what_llama_cpp_allocates(header: Gguf) -> None:
    # llama.cpp prints for this model: "KV self size = 180.00 MiB" at 8192 tokens: 30 layers, 3
    # heads of 64 numbers for keys and as many for values, of 2 bytes.
    assert sum(cache_of_layers(header, 8192)) == 30 * 8192 * 2 * 3 * 64 * 2 == 180 * MIB


def test_on_a_cpu_the_bandwidth_bounds_the_speed(header: Gguf) -> None:
    found = fit_of(header, ModelSettings(), memory=machine(8 * GIB), bandwidth=20e9)
    assert found.place == "cpu"
    assert found.gpu_layers == 0
    assert found.layers == 31
    assert found.total == found.weights + found.cache + found.work
    assert found.tokens_per_second == pytest.approx(20e9 / found.weights)
    assert found.better == "Q4_0"
    assert found.summary.startswith("needs 377 MiB (weights ")
    for said in (
        "KV cache 180 MiB at 8192 tokens",
        "8.0 GiB free, no GPU is seen; runs on the CPU, 0 of 31 layers to offload",
        f"at most {found.tokens_per_second:,.0f} tokens a second; On a CPU, Q4_0",
    ):
        assert said in found.summary


def test_all_layers_go_onto_a_gpu_that_is_large_enough(header: Gguf) -> None:
    found = fit_of(header, ModelSettings(), memory=machine(8 * GIB, 4 * GIB))
    assert (found.place, found.gpu_layers) == ("gpu", 31)
    assert found.tokens_per_second is None
    assert found.advice == "It fits."
    assert "4.0 GiB of GPU memory free; 31 of 31 layers to offload to the GPU" in found.summary


def test_a_small_gpu_takes_some_of_them(header: Gguf) -> None:
    small = fit_of(header, ModelSettings(), memory=machine(8 * GIB, 320 * MIB), bandwidth=20e9)
    assert small.place == "gpu and cpu"
    assert 0 < small.gpu_layers < 31
    larger = fit_of(header, ModelSettings(), memory=machine(8 * GIB, 360 * MIB), bandwidth=20e9)
    assert larger.gpu_layers > small.gpu_layers
    assert small.tokens_per_second is not None


def test_what_does_not_fit_names_the_quantization_that_would(header: Gguf) -> None:
    large = replace(header, bytes=1000 * MIB)
    found = fit_of(large, ModelSettings(), memory=machine(500 * MIB), bandwidth=20e9)
    assert found.place == "nowhere"
    assert found.better == "Q8_0"
    tiny = fit_of(large, ModelSettings(), memory=machine(200 * MIB), bandwidth=20e9)
    assert tiny.better == ""
    assert "No quantization" in tiny.advice


def test_of_a_table_of_embeddings_one_row_is_read(header: Gguf) -> None:
    shape, _ = header.tensors["token_embd.weight"]
    own_output = replace(header, tensors={**header.tensors, "output.weight": (shape, 0)})
    tied = fit_of(header, ModelSettings(), memory=machine(8 * GIB), bandwidth=1e9)
    apart = fit_of(own_output, ModelSettings(), memory=machine(8 * GIB), bandwidth=1e9)
    assert apart.tokens_per_second > tied.tokens_per_second  # type: ignore[operator]


def test_a_longer_window_costs_more(header: Gguf) -> None:
    one = fit_of(header, ModelSettings(context_window=1024), memory=machine(8 * GIB), bandwidth=1e9)
    two = fit_of(header, ModelSettings(context_window=2048), memory=machine(8 * GIB), bandwidth=1e9)
    most = fit_of(
        header, ModelSettings(context_window=99999), memory=machine(8 * GIB), bandwidth=1e9
    )
    assert two.cache == 2 * one.cache
    assert most.window == header.context_length


def test_of_a_mixture_only_the_used_experts_are_read(header: Gguf) -> None:
    tensors = {f"{n}_exps" if "ffn_up" in n else n: t for n, t in header.tensors.items()}
    values = {**header.values, "llama.expert_count": 8, "llama.expert_used_count": 2}
    mixture = replace(header, tensors=tensors, values=values)
    plain = fit_of(header, ModelSettings(), memory=machine(8 * GIB), bandwidth=1e9)
    mixed = fit_of(mixture, ModelSettings(), memory=machine(8 * GIB), bandwidth=1e9)
    assert mixed.tokens_per_second > plain.tokens_per_second  # type: ignore[operator]


def test_the_bandwidth_is_measured_in_a_second() -> None:
    assert 1e8 < measure_bandwidth() < 5e12


def test_a_model_asked_onto_a_gpu_that_is_not_there_is_told(header: Gguf) -> None:
    assert count_offloaded_layers([], header) == 0
    assert "no GPU is available" in explain_offload("all", 0, gpu_here=False)
    assert "runs on the CPU" in explain_offload(12, 0, gpu_here=True)
    assert "runs on the CPU" in explain_offload("auto", 0, gpu_here=True)
    assert explain_offload("auto", 0, gpu_here=False) == ""
    assert explain_offload(0, 0, gpu_here=True) == ""
    assert explain_offload("all", 31, gpu_here=True) == ""


def test_the_offload_is_read_from_the_memory_that_the_gpu_lost(
    header: Gguf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quoth.backends.llama.offload.read_free_gpu_memory", lambda: [GIB])
    assert count_offloaded_layers([GIB + header.bytes * 2], header) == 31
    assert count_offloaded_layers([GIB + header.bytes // 2], header) == 16
    assert count_offloaded_layers([GIB], header) == 0
