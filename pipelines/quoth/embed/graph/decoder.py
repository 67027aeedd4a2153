"""Decoders that embed: Qwen3-Embedding looks back only, EmbeddingGemma both ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import (
    Gated,
    Heads,
    Linear,
    as_rows,
    attention,
    causal_bias,
    linear,
    padding_bias,
    split_by_text,
    token_count,
    window_bias,
)
from quoth.embed.graph.rotary import Rotation, read_theta, rotation
from quoth.embed.graph.tensors import Tensors

FAMILIES = frozenset({"qwen3", "gemma3_text"})
_FULL, _LOCAL = "full_attention", "sliding_attention"
_GEMMA_THETA = {_FULL: ("rope_theta", 1_000_000.0), _LOCAL: ("rope_local_base_freq", 10_000.0)}


def decoder(graph: Graph, config: Mapping[str, Any], tensors: Tensors) -> Value:
    """Add the decoder; its output is (batch, tokens, hidden size).

    The padding must come after the text. Raises `UnsupportedError` for scaled rotary positions and
    for windows in a decoder that looks back only.
    """
    tensors = tensors.select_below("embed_tokens.weight")
    gemma = config["model_type"] == "gemma3_text"
    hidden = int(config["hidden_size"])
    heads = _heads(config)
    norm = _Norm(graph, tensors, config.get("rms_norm_eps", 1e-6), offset=1.0 if gemma else 0.0)
    tokens = token_count(graph)
    kinds = _kinds(config)
    rotations = {kind: _rotation(graph, config, kind, heads, tokens) for kind in set(kinds)}
    biases = {kind: _bias(graph, config, kind, tokens) for kind in set(kinds)}
    words = tensors["embed_tokens.weight"]
    table = graph.constant(words * np.float32(hidden**0.5) if gemma else words)
    value = as_rows(graph, graph.node("Gather", table, graph.ids), hidden)
    for number, kind in enumerate(kinds):
        layer = f"layers.{number}."
        normal = norm.add(f"{layer}input_layernorm", value)
        attended = _attend(graph, config, tensors, norm, layer, normal, (rotations, biases), kind)
        if gemma:
            attended = norm.add(f"{layer}post_attention_layernorm", attended)
        value = graph.node("Add", value, attended)
        before = "pre_feedforward_layernorm" if gemma else "post_attention_layernorm"
        narrow = _gated(tensors, layer).add(
            graph, norm.add(layer + before, value), kind=_activation(config)
        )
        if gemma:
            narrow = norm.add(f"{layer}post_feedforward_layernorm", narrow)
        value = graph.node("Add", value, narrow)
    return split_by_text(graph, norm.add("norm", value), hidden)


class _Norm:
    """Normalization by the root of the mean square (Zhang and Sennrich 2019)."""

    def __init__(self, graph: Graph, tensors: Tensors, epsilon: float, *, offset: float) -> None:
        self._graph = graph
        self._tensors = tensors
        self._epsilon = graph.constant(float(epsilon))
        self._offset = np.float32(offset)

    def add(self, name: str, value: Value, *, scale: float = 1.0) -> Value:
        """Add the normalization `name` over the last axis, its outputs scaled."""
        graph, weight = self._graph, (self._tensors[f"{name}.weight"] + self._offset) * scale
        square = graph.node("Mul", value, value)
        mean = graph.node("ReduceMean", square, graph.constant([-1]), attributes={"keepdims": 1})
        root = graph.node("Sqrt", graph.node("Add", mean, self._epsilon))
        even = graph.node("Div", value, root)
        return graph.node("Mul", even, graph.constant(np.asarray(weight, np.float32)))


def _attend(
    graph: Graph,
    config: Mapping[str, Any],
    tensors: Tensors,
    norm: _Norm,
    layer: str,
    value: Value,
    of_kind: tuple[Mapping[str, Rotation], Mapping[str, Value]],
    kind: str,
) -> Value:
    """Add attention with its output layer; heads of keys and values are shared by several."""
    heads = _heads(config)
    times = heads.count // int(config.get("num_key_value_heads") or heads.count)
    query, key, values = (
        Linear.read(tensors, f"{layer}self_attn.{name}_proj") for name in ("q", "k", "v")
    )
    layers = (query, key.repeat_heads(heads, times), values.repeat_heads(heads, times))
    scale = float(config.get("query_pre_attn_scalar") or heads.size) ** -0.5
    rotate = of_kind[0][kind]
    shape: tuple[Callable[[Value], Value], Callable[[Value], Value]] = (
        lambda queries: rotate(norm.add(f"{layer}self_attn.q_norm", queries, scale=scale)),
        lambda keys: rotate(norm.add(f"{layer}self_attn.k_norm", keys)),
    )
    attended = attention(graph, value, layers, heads, of_kind[1][kind], shape=shape, scale=1.0)
    return linear(graph, Linear.read(tensors, f"{layer}self_attn.o_proj"), attended)


def _bias(graph: Graph, config: Mapping[str, Any], kind: str, tokens: Value) -> Value:
    """Add the bias on the scores of the layers of a kind."""
    bias = padding_bias(graph)
    if config["model_type"] == "qwen3" or not config.get("use_bidirectional_attention"):
        if kind == _LOCAL:
            raise UnsupportedError("a window in a decoder that looks back only")
        return causal_bias(graph, bias, tokens)
    if kind == _FULL:
        return bias
    return window_bias(graph, bias, tokens, half=int(config["sliding_window"]) // 2)


def _rotation(
    graph: Graph, config: Mapping[str, Any], kind: str, heads: Heads, tokens: Value
) -> Rotation:
    longest = int(config["max_position_embeddings"])
    if config["model_type"] == "qwen3":
        theta = read_theta(config, "rope_theta", default=10_000.0)
    else:
        key, default = _GEMMA_THETA[kind]
        theta = read_theta(config, key, default=default, kind=kind)
    return rotation(graph, theta, heads, longest=longest, tokens=tokens)


def _kinds(config: Mapping[str, Any]) -> list[str]:
    """Return the kind of attention of each layer."""
    if kinds := config.get("layer_types"):
        return list(kinds)
    count = int(config["num_hidden_layers"])
    if config["model_type"] == "qwen3":
        return [_LOCAL if config.get("use_sliding_window") else _FULL] * count
    every = int(config.get("_sliding_window_pattern") or config.get("sliding_window_pattern") or 6)
    return [_LOCAL if (number + 1) % every else _FULL for number in range(count)]


def _heads(config: Mapping[str, Any]) -> Heads:
    count = int(config["num_attention_heads"])
    return Heads(count, int(config.get("head_dim") or int(config["hidden_size"]) // count))


def _activation(config: Mapping[str, Any]) -> str:
    return str(config.get("hidden_activation") or config["hidden_act"])


def _gated(tensors: Tensors, layer: str) -> Gated:
    names = ("gate_proj", "up_proj", "down_proj")
    return Gated(*(Linear.read(tensors, f"{layer}mlp.{name}") for name in names))
