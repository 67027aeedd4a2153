"""ModernBERT: rotary positions, gated layers, and attention that is local in most layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import (
    FAR,
    Heads,
    Linear,
    activation,
    as_rows,
    attention,
    distances,
    first_rows,
    layer_norm,
    linear,
    padding_bias,
    split_by_text,
    token_count,
)
from quoth.embed.graph.tensors import Tensors

FAMILIES = frozenset({"modernbert"})
_FULL, _LOCAL = "full_attention", "sliding_attention"
_THETA = {_FULL: ("global_rope_theta", 160_000.0), _LOCAL: ("local_rope_theta", 10_000.0)}


def modernbert(graph: Graph, config: Mapping[str, Any], tensors: Tensors) -> Value:
    """Add the encoder; its output is (batch, tokens, hidden size).

    Raises `UnsupportedError` for scaled rotary positions.
    """
    tensors = tensors.select_below("embeddings.tok_embeddings.weight")
    count = int(config["num_attention_heads"])
    hidden = int(config["hidden_size"])
    heads = Heads(count, hidden // count)
    epsilon = config.get("norm_eps", 1e-5)
    tokens = token_count(graph)
    everywhere = padding_bias(graph)
    bias = {_FULL: everywhere, _LOCAL: _local_bias(graph, config, everywhere, tokens)}
    rotate = {kind: _rotation(graph, config, kind, heads, tokens) for kind in _THETA}
    words = graph.constant(tensors["embeddings.tok_embeddings.weight"])
    value = as_rows(graph, graph.node("Gather", words, graph.ids), hidden)
    value = layer_norm(graph, tensors, "embeddings.norm", value, epsilon=epsilon)
    for number, kind in enumerate(_kinds(config)):
        layer = f"layers.{number}."
        normal = value
        if f"{layer}attn_norm.weight" in tensors:  # the first layer has none
            normal = layer_norm(graph, tensors, f"{layer}attn_norm", value, epsilon=epsilon)
        query, key, values = Linear.read(tensors, f"{layer}attn.Wqkv").split(3)
        attended = attention(
            graph, normal, (query, key, values), heads, bias[kind], rotate=rotate[kind]
        )
        attended = linear(graph, Linear.read(tensors, f"{layer}attn.Wo"), attended)
        value = graph.node("Add", value, attended)
        normal = layer_norm(graph, tensors, f"{layer}mlp_norm", value, epsilon=epsilon)
        wide, gate = Linear.read(tensors, f"{layer}mlp.Wi").split(2)
        activated = activation(
            graph, config.get("hidden_activation", "gelu"), linear(graph, wide, normal)
        )
        gated = graph.node("Mul", activated, linear(graph, gate, normal))
        narrow = linear(graph, Linear.read(tensors, f"{layer}mlp.Wo"), gated)
        value = graph.node("Add", value, narrow)
    value = layer_norm(graph, tensors, "final_norm", value, epsilon=epsilon)
    return split_by_text(graph, value, hidden)


def _kinds(config: Mapping[str, Any]) -> list[str]:
    """Return the kind of attention of each layer."""
    if kinds := config.get("layer_types"):
        return list(kinds)
    every = int(config.get("global_attn_every_n_layers", 3))
    return [_LOCAL if n % every else _FULL for n in range(int(config["num_hidden_layers"]))]


def _local_bias(graph: Graph, config: Mapping[str, Any], bias: Value, tokens: Value) -> Value:
    """Add the bias that also masks tokens beyond half a window: (batch, 1, tokens, tokens)."""
    half = graph.constant(np.int64(int(config.get("local_attention", 128)) // 2))
    outside = graph.node("Greater", graph.node("Abs", distances(graph, tokens)), half)
    away = graph.node("Where", outside, graph.constant(FAR), graph.constant(0.0))
    return graph.node("Min", bias, away)


def _rotation(
    graph: Graph, config: Mapping[str, Any], kind: str, heads: Heads, tokens: Value
) -> Callable[[Value], Value]:
    """Return the function that adds the nodes of rotary position embedding to queries or keys."""
    key, default = _THETA[kind]
    rope = (config.get("rope_parameters") or {}).get(kind) or {}
    if config.get("rope_scaling") or rope.get("rope_type", "default") != "default":
        raise UnsupportedError("scaled rotary positions")
    theta = rope.get("rope_theta") or config.get(key, default)
    steps = np.arange(0, heads.size, 2, dtype=np.float32) / np.float32(heads.size)
    positions = np.arange(int(config["max_position_embeddings"]), dtype=np.float32)
    angles = positions[:, None, None] * (1 / np.float32(theta) ** steps)
    cosine, sine = np.cos(angles), np.sin(angles)
    cosines = first_rows(graph, np.concatenate([cosine, cosine], axis=-1), tokens)
    sines = first_rows(graph, np.concatenate([-sine, sine], axis=-1), tokens)
    last, half = graph.constant([3]), graph.constant([heads.size // 2])
    start, end = graph.constant([0]), graph.constant([heads.size])

    def rotate(value: Value) -> Value:
        swapped = graph.node(
            "Concat",
            graph.node("Slice", value, half, end, last),
            graph.node("Slice", value, start, half, last),
            attributes={"axis": -1},
        )
        return graph.node(
            "Add", graph.node("Mul", value, cosines), graph.node("Mul", swapped, sines)
        )

    return rotate
