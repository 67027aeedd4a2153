"""The BERT family: BERT, RoBERTa, XLM-R, CamemBERT, MPNet and DistilBERT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quoth.embed.folder import first_position
from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import (
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
from quoth.embed.graph.tensors import Tensor, Tensors

_FURTHEST = 128
"""The distance in tokens beyond which MPNet's attention tells no positions apart."""


@dataclass(frozen=True)
class _Names:
    """The names that a family gives to the parts of a layer."""

    layer: str
    attention: tuple[str, str, str]
    attention_output: str
    attention_norm: str
    wide: str
    narrow: str
    norm: str


_BERT = _Names(
    layer="encoder.layer",
    attention=("attention.self.query", "attention.self.key", "attention.self.value"),
    attention_output="attention.output.dense",
    attention_norm="attention.output.LayerNorm",
    wide="intermediate.dense",
    narrow="output.dense",
    norm="output.LayerNorm",
)
_MPNET = replace(
    _BERT,
    attention=("attention.attn.q", "attention.attn.k", "attention.attn.v"),
    attention_output="attention.attn.o",
    attention_norm="attention.LayerNorm",
)
_DISTILBERT = _Names(
    layer="transformer.layer",
    attention=("attention.q_lin", "attention.k_lin", "attention.v_lin"),
    attention_output="attention.out_lin",
    attention_norm="sa_layer_norm",
    wide="ffn.lin1",
    narrow="ffn.lin2",
    norm="output_layer_norm",
)
_NAMES = {
    "bert": _BERT,
    "camembert": _BERT,
    "distilbert": _DISTILBERT,
    "mpnet": _MPNET,
    "roberta": _BERT,
    "xlm-roberta": _BERT,
}
FAMILIES = frozenset(_NAMES)


def bert(graph: Graph, config: Mapping[str, Any], tensors: Tensors) -> Value:
    """Add the encoder; its output is (batch, tokens, hidden size).

    The padding must come after the text. Raises `UnsupportedError` for relative positions other
    than MPNet's.
    """
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise UnsupportedError(f"positions of the kind {config['position_embedding_type']}")
    tensors = tensors.select_below("embeddings.word_embeddings.weight")
    names = _NAMES[config["model_type"]]
    hidden = int(config.get("hidden_size") or config["dim"])
    count = int(config.get("num_attention_heads") or config["n_heads"])
    heads = Heads(count, hidden // count)
    epsilon = config.get("layer_norm_eps", 1e-12)
    tokens = token_count(graph)
    value = as_rows(graph, _embeddings(graph, config, tensors, tokens, epsilon=epsilon), hidden)
    bias = padding_bias(graph)
    if "encoder.relative_attention_bias.weight" in tensors:
        bias = graph.node("Add", bias, _relative_bias(graph, config, tensors, tokens))
    for number in range(int(config.get("num_hidden_layers") or config["n_layers"])):
        layer = f"{names.layer}.{number}."
        query, key, values = (Linear.read(tensors, layer + name) for name in names.attention)
        attended = attention(graph, value, (query, key, values), heads, bias)
        attended = linear(graph, Linear.read(tensors, layer + names.attention_output), attended)
        value = graph.node("Add", attended, value)
        value = layer_norm(graph, tensors, layer + names.attention_norm, value, epsilon=epsilon)
        wide = linear(graph, Linear.read(tensors, layer + names.wide), value)
        wide = activation(graph, config.get("hidden_act") or config["activation"], wide)
        narrow = linear(graph, Linear.read(tensors, layer + names.narrow), wide)
        value = graph.node("Add", narrow, value)
        value = layer_norm(graph, tensors, layer + names.norm, value, epsilon=epsilon)
    return split_by_text(graph, value, hidden)


def _embeddings(
    graph: Graph, config: Mapping[str, Any], tensors: Tensors, tokens: Value, *, epsilon: float
) -> Value:
    table = tensors["embeddings.position_embeddings.weight"][first_position(config) :]
    if "embeddings.token_type_embeddings.weight" in tensors:
        table = table + tensors["embeddings.token_type_embeddings.weight"][0]
    words = graph.constant(tensors["embeddings.word_embeddings.weight"])
    value = graph.node(
        "Add", graph.node("Gather", words, graph.ids), first_rows(graph, table, tokens)
    )
    return layer_norm(graph, tensors, "embeddings.LayerNorm", value, epsilon=epsilon)


def _relative_bias(
    graph: Graph, config: Mapping[str, Any], tensors: Tensors, tokens: Value
) -> Value:
    """Add MPNet's bias for the distance between two tokens: (1, heads, n, n)."""
    longest = int(config["max_position_embeddings"])
    table = graph.constant(_by_distance(tensors["encoder.relative_attention_bias.weight"], longest))
    row = graph.node("Add", distances(graph, tokens), graph.constant(np.int64(longest)))
    bias = graph.node("Gather", table, row)
    bias = graph.node("Transpose", bias, attributes={"perm": [2, 0, 1]})
    return graph.node("Unsqueeze", bias, graph.constant([0]))


def _by_distance(buckets: Tensor, longest: int) -> Tensor:
    """Return the row of `buckets` for each distance from `-longest` to `longest`.

    Half of the buckets are for tokens before, half for those after; of each half, the first half
    holds a distance each, and the others grow by logarithms.
    """
    half = len(buckets) // 2
    exact = half // 2
    offset = np.arange(-longest, longest + 1)
    distance = np.abs(offset)
    with np.errstate(divide="ignore"):
        grown = np.log(distance.astype(np.float32) / exact) / np.float32(np.log(_FURTHEST / exact))
    far = exact + (np.maximum(grown, 0) * (half - exact)).astype(np.int64)
    bucket = np.where(distance < exact, distance, np.minimum(far, half - 1))
    return np.asarray(buckets[bucket + half * (offset > 0)])
