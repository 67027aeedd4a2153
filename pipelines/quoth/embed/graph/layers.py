"""Layers that all encoders are built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.tensors import Tensor, Tensors

FAR = -3e4
"""The bias on the score of a masked token, whose weight becomes 0."""


@dataclass(frozen=True)
class Linear:
    """A weight as torch stores it, (outputs, inputs), and its bias, if there is one."""

    weight: Tensor
    bias: Tensor | None

    @classmethod
    def read(cls, tensors: Tensors, name: str) -> Linear:
        """Read the layer `name`."""
        return cls(tensors[f"{name}.weight"], tensors.get(f"{name}.bias"))

    def scale_by(self, factor: float) -> Linear:
        """Return the layer whose outputs are `factor` times as large."""
        scale = np.float32(factor)
        return Linear(self.weight * scale, None if self.bias is None else self.bias * scale)

    def repeat_heads(self, heads: Heads, times: int) -> Linear:
        """Return the layer whose every head of outputs comes several times in succession."""
        parts = self.weight.reshape(-1, heads.size, self.weight.shape[1])
        weight = np.repeat(parts, times, axis=0).reshape(-1, self.weight.shape[1])
        bias = self.bias
        if bias is not None:
            bias = np.repeat(bias.reshape(-1, heads.size), times, axis=0).reshape(-1)
        return Linear(weight, bias)

    def split(self, parts: int) -> list[Linear]:
        """Return the layers that each compute an equal share of the outputs, in order."""
        weights = np.split(self.weight, parts)
        biases = [None] * parts if self.bias is None else np.split(self.bias, parts)
        return [Linear(weight, bias) for weight, bias in zip(weights, biases, strict=True)]


@dataclass(frozen=True)
class Heads:
    """How attention divides the hidden size."""

    count: int
    size: int


def linear(graph: Graph, layer: Linear, value: Value) -> Value:
    """Add a linear layer over rows, (rows, inputs): one node with its bias, where it has one."""
    inputs = [value, graph.constant(layer.weight)]
    if layer.bias is not None:
        inputs.append(graph.constant(layer.bias))
    return graph.node("Gemm", *inputs, attributes={"transB": 1})


def as_rows(graph: Graph, value: Value, size: int) -> Value:
    """Add the same numbers as (rows, size): a row for each token of each text."""
    return graph.node("Reshape", value, graph.constant([-1, size]))


def split_by_text(graph: Graph, rows: Value, *sizes: int) -> Value:
    """Add the same numbers as (batch, tokens, *sizes)."""
    shape = graph.node(
        "Concat", graph.node("Shape", graph.ids), graph.constant(sizes), attributes={"axis": 0}
    )
    return graph.node("Reshape", rows, shape)


def layer_norm(graph: Graph, tensors: Tensors, name: str, value: Value, *, epsilon: float) -> Value:
    """Add the layer normalization `name`."""
    weight = tensors[f"{name}.weight"]
    bias = tensors.get(f"{name}.bias")
    inputs = [value, graph.constant(weight)]
    if bias is not None:
        inputs.append(graph.constant(bias))
    return graph.node(
        "LayerNormalization", *inputs, attributes={"axis": -1, "epsilon": float(epsilon)}
    )


def activation(graph: Graph, name: str, value: Value) -> Value:
    """Add the activation that transformers calls `name`.

    Raises `UnsupportedError` for one that is not known here.
    """
    match name:
        case "gelu":
            return graph.node("Gelu", value)
        case "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh":
            return graph.node("Gelu", value, attributes={"approximate": "tanh"})
        case "relu":
            return graph.node("Relu", value)
        case "silu" | "swish":
            return graph.node("Mul", value, graph.node("Sigmoid", value))
    raise UnsupportedError(f"the activation {name}")


def token_count(graph: Graph) -> Value:
    """Add the width of the batch, as an array of one integer."""
    return graph.node("Gather", graph.node("Shape", graph.ids), graph.constant([1]))


def first_rows(graph: Graph, table: Tensor, count: Value) -> Value:
    """Add the first `count` rows of a table."""
    return graph.node(
        "Slice", graph.constant(table), graph.constant([0]), count, graph.constant([0])
    )


def padding_bias(graph: Graph) -> Value:
    """Add the bias that masks the padding: (batch, 1, 1, tokens)."""
    mask = graph.node("Cast", graph.mask, attributes={"to": 1})
    away = graph.node("Sub", graph.constant(1.0), mask)
    bias = graph.node("Mul", away, graph.constant(FAR))
    return graph.node("Unsqueeze", bias, graph.constant([1, 2]))


def distances(graph: Graph, count: Value) -> Value:
    """Add the offset from each token (row) to each other (column): (tokens, tokens)."""
    end = graph.node("Squeeze", count)
    row = graph.node("Range", graph.constant(np.int64(0)), end, graph.constant(np.int64(1)))
    column = graph.node("Unsqueeze", row, graph.constant([1]))
    return graph.node("Sub", row, column)


def window_bias(graph: Graph, bias: Value, count: Value, *, half: int) -> Value:
    """Add the bias that also masks tokens further away than `half`: (batch, 1, tokens, tokens)."""
    distance = graph.node("Abs", distances(graph, count))
    return _mask_also(graph, bias, graph.node("Greater", distance, graph.constant(np.int64(half))))


def causal_bias(graph: Graph, bias: Value, count: Value) -> Value:
    """Add the bias that also masks the tokens that come later: (batch, 1, tokens, tokens)."""
    later = graph.node("Greater", distances(graph, count), graph.constant(np.int64(0)))
    return _mask_also(graph, bias, later)


def _mask_also(graph: Graph, bias: Value, masked: Value) -> Value:
    away = graph.node("Where", masked, graph.constant(FAR), graph.constant(0.0))
    return graph.node("Min", bias, away)


@dataclass(frozen=True)
class Gated:
    """Layers of which one, `activated`, opens and closes the other (Shazeer 2020)."""

    activated: Linear
    gate: Linear
    narrow: Linear

    def add(self, graph: Graph, value: Value, *, kind: str) -> Value:
        """Add the layers over rows; `kind` is the activation, as transformers calls it."""
        wide = activation(graph, kind, linear(graph, self.activated, value))
        gated = graph.node("Mul", wide, linear(graph, self.gate, value))
        return linear(graph, self.narrow, gated)


def _same(value: Value) -> Value:
    return value


def attention(
    graph: Graph,
    value: Value,
    layers: tuple[Linear, Linear, Linear],
    heads: Heads,
    bias: Value,
    *,
    shape: tuple[Callable[[Value], Value], Callable[[Value], Value]] = (_same, _same),
    scale: float | None = None,
) -> Value:
    """Add self-attention up to its output layer, over rows and to rows.

    `layers` compute queries, keys and values; `bias` is added to the scores; `shape` is applied
    to queries and to keys, which are (batch, tokens, heads, size of a head) there. The queries are
    scaled by `scale`, or as the size of a head asks for.
    """
    scale = heads.size**-0.5 if scale is None else scale
    query, key, values = (
        split_by_text(graph, linear(graph, layer, value), heads.count, heads.size)
        for layer in (layers[0].scale_by(scale), *layers[1:])
    )
    queries = graph.node("Transpose", shape[0](query), attributes={"perm": [0, 2, 1, 3]})
    keys = graph.node("Transpose", shape[1](key), attributes={"perm": [0, 2, 3, 1]})
    values = graph.node("Transpose", values, attributes={"perm": [0, 2, 1, 3]})
    scores = graph.node("Add", graph.node("MatMul", queries, keys), bias)
    weights = graph.node("Softmax", scores, attributes={"axis": -1})
    mixed = graph.node("MatMul", weights, values)
    joined = graph.node("Transpose", mixed, attributes={"perm": [0, 2, 1, 3]})
    return as_rows(graph, joined, heads.count * heads.size)
