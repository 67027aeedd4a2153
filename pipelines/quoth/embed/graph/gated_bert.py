"""BERT with rotary positions and gated layers: nomic-embed-text and the multilingual GTE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
)
from quoth.embed.graph.rotary import read_theta, rotation
from quoth.embed.graph.tensors import Tensors


@dataclass(frozen=True)
class _Names:
    """The names that a family gives to the parts, as its repositories have them."""

    norm: str
    layer: str
    attention: str
    attention_output: str
    attention_norm: str
    output_norm: str
    theta: float


_NOMIC = _Names(
    norm="emb_ln",
    layer="encoder.layers",
    attention="attn.Wqkv",
    attention_output="attn.out_proj",
    attention_norm="norm1",
    output_norm="norm2",
    theta=1_000.0,
)
_GTE = _Names(
    norm="embeddings.LayerNorm",
    layer="encoder.layer",
    attention="attention.qkv_proj",
    attention_output="attention.o_proj",
    attention_norm="attn_ln",
    output_norm="mlp_ln",
    theta=160_000.0,
)
_NAMES = {"nomic_bert": _NOMIC, "gte": _GTE, "new": _GTE}
FAMILIES = frozenset(_NAMES)
_OLDER = {
    "hidden_size": "n_embd",
    "num_attention_heads": "n_head",
    "num_hidden_layers": "n_layer",
    "max_position_embeddings": "n_positions",
    "layer_norm_eps": "layer_norm_epsilon",
}
"""The names in configurations that were written before transformers knew the family."""


def gated_bert(graph: Graph, config: Mapping[str, Any], tensors: Tensors) -> Value:
    """Add the encoder; its output is (batch, tokens, hidden size).

    Raises `UnsupportedError` for scaled rotary positions.
    """
    config = {**{name: config[old] for name, old in _OLDER.items() if old in config}, **config}
    names = _NAMES[config["model_type"]]
    tensors = tensors.select_below("embeddings.word_embeddings.weight")
    hidden, count = int(config["hidden_size"]), int(config["num_attention_heads"])
    heads = Heads(count, int(config.get("head_dim") or hidden // count))
    epsilon = config.get("layer_norm_eps", 1e-12)
    theta = read_theta(config, "rope_theta", "rotary_emb_base", default=names.theta)
    longest = int(config["max_position_embeddings"])
    rotate = rotation(graph, theta, heads, longest=longest, tokens=token_count(graph))
    bias = padding_bias(graph)
    value = graph.node("Gather", _words(graph, tensors), graph.ids)
    value = layer_norm(graph, tensors, names.norm, value, epsilon=epsilon)
    value = as_rows(graph, value, hidden)
    for number in range(int(config["num_hidden_layers"])):
        layer = f"{names.layer}.{number}."
        query, key, values = Linear.read(tensors, layer + names.attention).split(3)
        attended = attention(
            graph, value, (query, key, values), heads, bias, shape=(rotate, rotate)
        )
        attended = linear(graph, Linear.read(tensors, layer + names.attention_output), attended)
        value = graph.node("Add", value, attended)
        value = layer_norm(graph, tensors, layer + names.attention_norm, value, epsilon=epsilon)
        kind = config.get("hidden_act") or "silu"  # older ones call it swiglu
        narrow = _gated(tensors, layer).add(graph, value, kind=kind)
        value = graph.node("Add", value, narrow)
        value = layer_norm(graph, tensors, layer + names.output_norm, value, epsilon=epsilon)
    return split_by_text(graph, value, hidden)


def _words(graph: Graph, tensors: Tensors) -> Value:
    """Add the table of words; each text is of the first type."""
    table = tensors["embeddings.word_embeddings.weight"]
    types = tensors.get("embeddings.token_type_embeddings.weight")
    return graph.constant(table if types is None else table + types[0])


def _gated(tensors: Tensors, layer: str) -> Gated:
    if f"{layer}mlp.fc11.weight" in tensors:
        names = ("fc12", "fc11", "fc2")
        return Gated(*(Linear.read(tensors, f"{layer}mlp.{name}") for name in names))
    gate, activated = Linear.read(tensors, f"{layer}mlp.up_gate_proj").split(2)
    return Gated(activated, gate, Linear.read(tensors, f"{layer}mlp.down_proj"))
