"""ModernBERT: rotary positions, gated layers, and attention that is local in most layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import (
    Gated,
    Heads,
    Linear,
    as_rows,
    attention,
    layer_norm,
    linear,
    padding_bias,
    split_by_text,
    token_count,
    window_bias,
)
from quoth.embed.graph.rotary import read_theta, rotation
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
    half = int(config.get("local_attention", 128)) // 2
    bias = {_FULL: everywhere, _LOCAL: window_bias(graph, everywhere, tokens, half=half)}
    longest = int(config["max_position_embeddings"])
    rotate = {
        kind: rotation(
            graph,
            read_theta(config, key, default=default, kind=kind),
            heads,
            longest=longest,
            tokens=tokens,
        )
        for kind, (key, default) in _THETA.items()
    }
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
            graph, normal, (query, key, values), heads, bias[kind], shape=(rotate[kind],) * 2
        )
        attended = linear(graph, Linear.read(tensors, f"{layer}attn.Wo"), attended)
        value = graph.node("Add", value, attended)
        normal = layer_norm(graph, tensors, f"{layer}mlp_norm", value, epsilon=epsilon)
        wide, gate = Linear.read(tensors, f"{layer}mlp.Wi").split(2)
        mlp = Gated(wide, gate, Linear.read(tensors, f"{layer}mlp.Wo"))
        narrow = mlp.add(graph, normal, kind=config.get("hidden_activation", "gelu"))
        value = graph.node("Add", value, narrow)
    value = layer_norm(graph, tensors, "final_norm", value, epsilon=epsilon)
    return split_by_text(graph, value, hidden)


def _kinds(config: Mapping[str, Any]) -> list[str]:
    """Return the kind of attention of each layer."""
    if kinds := config.get("layer_types"):
        return list(kinds)
    every = int(config.get("global_attn_every_n_layers", 3))
    return [_LOCAL if n % every else _FULL for n in range(int(config["num_hidden_layers"]))]
