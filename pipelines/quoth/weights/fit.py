"""Whether a model fits this machine, before it is loaded: its needs, and the memory here."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from quoth.config import ModelSettings
from quoth.weights.bandwidth import measure_bandwidth
from quoth.weights.gguf import Array, Gguf
from quoth.weights.gguf_header import Tensor
from quoth.weights.memory import Memory, look_at_memory

Place = Literal["gpu", "gpu and cpu", "cpu", "nowhere"]

_RESERVE = 0.92
"""The share of the free memory to plan with; other programs need the rest."""

_BITS = {
    "Q8_0": 8.5,
    "Q6_K": 6.57,
    "Q5_K_M": 5.69,
    "Q4_K_M": 4.85,
    "IQ4_XS": 4.25,
    "Q3_K_M": 3.91,
    "Q2_K": 3.0,
}
"""Bits a weight, best first, as llama.cpp's quantizations come out on common models."""

_SLOW_ON_CPU = {"Q4_1", "Q5_0", "Q5_1"}
"""Formats for which llama.cpp has no repacked kernels: a quarter of the speed, measured."""

_BLOCK = re.compile(r"blk\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Fit:
    """The memory that a model needs, and where it runs. Sizes are bytes, at `window` tokens.

    `place` is where it runs best, with `gpu_layers` of `layers` on the GPU (the output layer counts
    as one). `tokens_per_second` is the highest generation speed that the bandwidth of the main
    memory allows, at the beginning of a window; `None` where a GPU does all the work. `better`
    names the quantization to choose instead, empty where this one is right; `advice` is a sentence
    for the user.
    """

    name: str
    quantization: str
    parameters: int
    weights: int
    cache: int
    work: int
    window: int
    trained_window: int
    layers: int
    memory: Memory
    place: Place
    gpu_layers: int
    tokens_per_second: float | None
    better: str
    advice: str

    @property
    def total(self) -> int:
        """The bytes that the model needs altogether."""
        return self.weights + self.cache + self.work

    @property
    def summary(self) -> str:
        """One sentence with need, memory, place, speed and quantization."""
        gpu = "no GPU is seen"
        if self.memory.gpus:
            gpu = f"{_format_size(self.memory.gpu_free)} of GPU memory free"
        speed = ""
        if self.tokens_per_second:
            speed = f", at most {self.tokens_per_second:,.0f} tokens a second"
        return (
            f"needs {_format_size(self.total)} (weights {_format_size(self.weights)}, KV cache "
            f"{_format_size(self.cache)} at {self.window} tokens, work {_format_size(self.work)}); "
            f"{_format_size(self.memory.available)} free, {gpu}; {self.where}{speed}; {self.advice}"
        )

    @property
    def where(self) -> str:
        """Where the model runs best, with the layers to offload."""
        if self.place == "nowhere":
            return "does not fit"
        if self.place == "cpu":
            return f"runs on the CPU, 0 of {self.layers} layers to offload"
        return f"{self.gpu_layers} of {self.layers} layers to offload to the GPU"


def fit_of(
    header: Gguf,
    settings: ModelSettings,
    *,
    memory: Memory | None = None,
    bandwidth: float | None = None,
) -> Fit:
    """Return how a model fits this machine with these settings. Takes about a second."""
    memory = memory or look_at_memory()
    window = min(settings.context_window, header.context_length or settings.context_window)
    caches = cache_of_layers(header, window, kind=settings.kv_cache_type)
    work = _work(header, settings.batch_tokens)
    of_weights = zip(_weights_of_layers(header), [*caches, 0], strict=True)
    sizes = [weights + cache for weights, cache in of_weights]
    all_layers = header.layers + 1
    room = memory.gpu_free * _RESERVE - work
    layers = _layers_that_fit(sizes, room)
    total = header.bytes + sum(caches) + work
    in_main = total if layers == 0 else sum(sizes[: all_layers - layers])
    place: Place = "nowhere"
    if layers == all_layers:
        place = "gpu"
    elif in_main <= memory.available * _RESERVE:
        place = "gpu and cpu" if layers else "cpu"
    speed = None
    if place != "gpu":
        read = _read_for_a_token(header) * (1 - layers / all_layers)
        speed = (bandwidth or measure_bandwidth()) / read if read else None
    better, advice = _advise(header, place, total, memory, window)
    return Fit(
        name=header.name,
        quantization=header.quantization,
        parameters=header.parameters,
        weights=header.bytes,
        cache=sum(caches),
        work=work,
        window=window,
        trained_window=header.context_length,
        layers=all_layers,
        memory=memory,
        place=place,
        gpu_layers=layers,
        tokens_per_second=speed,
        better=better,
        advice=advice,
    )


def cache_of_layers(header: Gguf, window: int, *, kind: str = "f16") -> list[int]:
    """Return the bytes of each layer's KV cache for a window of tokens, in numbers of a type.

    For layers with a sliding window it is an upper bound.
    """
    heads = header.hyperparameter("attention.head_count", 1)
    most_heads = max(heads) if isinstance(heads, tuple) else int(heads)
    size = int(header.hyperparameter("embedding_length", 0)) // max(1, most_heads)
    keys = int(header.hyperparameter("attention.key_length", size))
    values = int(header.hyperparameter("attention.value_length", size))
    kv_heads = header.hyperparameter("attention.head_count_kv", heads)
    of_layers = kv_heads if isinstance(kv_heads, tuple) else (int(kv_heads),) * header.layers
    if rank := int(header.hyperparameter("attention.kv_lora_rank", 0)):  # one latent for all heads
        latent = rank + int(header.hyperparameter("rope.dimension_count", 0))
        return [Tensor("", kind, (window, latent)).bytes] * header.layers
    return [Tensor("", kind, (window, count * (keys + values))).bytes for count in of_layers]


def _format_size(size: int) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.0f} MiB"


def _work(header: Gguf, batch: int) -> int:
    """Return the bytes for one step: the logits of a batch, and some of its activations."""
    tokens = header.values.get("tokenizer.ggml.tokens")
    vocabulary = tokens.length if isinstance(tokens, Array) else 0
    width = int(header.hyperparameter("embedding_length", 0))
    return batch * 4 * (vocabulary + 8 * width)


def _weights_of_layers(header: Gguf) -> list[int]:
    """Return the bytes of each layer; the last entry is the output layer and all else."""
    ends = sorted(offset for _, offset in header.tensors.values())
    after = dict(zip(ends, [*ends[1:], max(header.bytes, ends[-1] if ends else 0)], strict=True))
    sizes = [0] * (header.layers + 1)
    for name, (_, offset) in header.tensors.items():
        match = _BLOCK.match(name)
        layer = int(match.group(1)) if match else header.layers
        sizes[min(layer, header.layers)] += after[offset] - offset
    return sizes


def _layers_that_fit(sizes: list[int], room: float) -> int:
    """Return the number of layers, counted from the output, that fit into the room."""
    layers = 0
    for size in reversed(sizes):
        room -= size
        if room < 0:
            break
        layers += 1
    return layers


def _read_for_a_token(header: Gguf) -> float:
    """Return the bytes of weights that are read for one token.

    In a mixture of experts, only the active experts are read. Of an embedding table that is not
    also the output layer, one row is read.
    """
    size = float(header.bytes)
    if "output.weight" in header.tensors:
        size -= _table(header)
    experts = int(header.hyperparameter("expert_count", 0))
    used = int(header.hyperparameter("expert_used_count", 0))
    if not experts or not used:
        return size
    weights = sum(math.prod(shape) for shape, _ in header.tensors.values())
    in_experts = sum(math.prod(s) for n, (s, _) in header.tensors.items() if "_exps" in n)
    share = in_experts / weights if weights else 0.0
    return size * (1 - share + share * used / experts)


def _table(header: Gguf) -> int:
    """Return the bytes of the table of embeddings, taken from where the next tensor begins."""
    start = header.tensors.get("token_embd.weight", ((), 0))[1]
    after = [offset for _, offset in header.tensors.values() if offset > start]
    return min(after, default=header.bytes) - start


def _advise(header: Gguf, place: Place, total: int, memory: Memory, window: int) -> tuple[str, str]:
    """Return the quantization that would fit better, and a sentence."""
    overhead = total - header.bytes
    if place == "nowhere":
        best = _best_that_fits(header, memory.available * _RESERVE - overhead)
        if best:
            return best, f"It does not fit into the memory here; {best} would."
        return "", f"No quantization of it fits here with a window of {window}."
    if place == "gpu and cpu":
        best = _best_that_fits(header, memory.gpu_free * _RESERVE - overhead)
        if best:
            return best, f"With {best}, all of it would run on the GPU."
        return "", "Some of its layers run on the CPU, which limits its speed."
    if place == "cpu" and header.quantization in _SLOW_ON_CPU:
        return "Q4_0", f"On a CPU, Q4_0 or Q8_0 reads a prompt faster than {header.quantization}."
    return "", "It fits."


def _best_that_fits(header: Gguf, room: float) -> str:
    current_bits = header.bytes * 8 / header.parameters if header.parameters else 0.0
    for name, bits in _BITS.items():
        if bits < current_bits and header.parameters * bits / 8 <= room:
            return name
    return ""
