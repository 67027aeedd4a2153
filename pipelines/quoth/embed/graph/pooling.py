"""From the vectors of tokens to the vector of a text, as the folder's modules say.

Only operators whose form is the same in every version of ONNX are used, so that these nodes also
fit at the end of an exported graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import Linear, linear, token_count
from quoth.embed.graph.tensors import Tensors
from quoth.embed.modules import Dense, Module, Normalize, Pooling, Unknown

_NOT_ZERO = 1e-9
_ACTIVATIONS = {"Identity": "Identity", "Tanh": "Tanh", "ReLU": "Relu", "Sigmoid": "Sigmoid"}


def vectors(graph: Graph, hidden: Value, modules: Sequence[Module]) -> Value:
    """Add pooling and what follows it; the output is (batch, dimension), of unit length.

    `hidden` is (batch, tokens, hidden size). Raises `UnsupportedError` for a kind of pooling or an
    activation that is not known here.
    """
    value = hidden
    for module in modules:
        match module:
            case Pooling(modes, include_prompt):
                tokens = _Tokens.of(graph, hidden, include_prompt=include_prompt)
                pools = [_pool(graph, mode, tokens) for mode in modes]
                value = graph.node("Concat", *pools, attributes={"axis": -1})
            case Dense():
                value = _dense(graph, module, value)
            case Normalize():
                value = _unit_length(graph, value)
            case Unknown(kind):
                raise UnsupportedError(f"the module {kind}")
    return _unit_length(graph, value)


@dataclass(frozen=True)
class _Tokens:
    """The tokens that are pooled: their vectors, a mask that is 1 for them, and the first one."""

    hidden: Value
    mask: Value
    first: Value

    @classmethod
    def of(cls, graph: Graph, hidden: Value, *, include_prompt: bool) -> _Tokens:
        mask = graph.node("Cast", graph.mask, attributes={"to": 1})
        if include_prompt:
            return cls(hidden, mask, graph.constant([0]))
        prompt = graph.take_prompt()
        before = graph.node("Less", _positions(graph), prompt)
        after = graph.node("Cast", graph.node("Not", before), attributes={"to": 1})
        return cls(hidden, graph.node("Mul", mask, after), prompt)

    def as_column(self, graph: Graph) -> Value:
        """Add the mask as (batch, tokens, 1)."""
        return graph.node("Reshape", self.mask, graph.constant([0, -1, 1]))


def _pool(graph: Graph, mode: str, tokens: _Tokens) -> Value:
    """Add one kind of pooling; the output is (batch, hidden size)."""
    return graph.node("Reshape", _pooled(graph, mode, tokens), graph.constant([0, -1]))


def _pooled(graph: Graph, mode: str, tokens: _Tokens) -> Value:
    """Add one kind of pooling; the output is (batch, 1, hidden size)."""
    match mode:
        case "cls":
            return graph.node("Gather", tokens.hidden, tokens.first, attributes={"axis": 1})
        case "max":
            return _maximum(graph, tokens)
        case "lasttoken":
            return graph.node("MatMul", _last(graph, tokens), tokens.hidden)
        case "mean":
            return _mean(graph, tokens, _as_row(graph, tokens.mask))
        case "mean_sqrt_len_tokens":
            row = _as_row(graph, tokens.mask)
            total = graph.node("MatMul", row, tokens.hidden)
            return graph.node("Div", total, graph.node("Sqrt", _sum(graph, row)))
        case "weightedmean":
            place = graph.node("Add", _positions(graph), graph.constant(np.int64(1)))
            place = graph.node("Cast", place, attributes={"to": 1})
            weights = graph.node("Mul", tokens.mask, place)
            return _mean(graph, tokens, _as_row(graph, weights))
    raise UnsupportedError(f"pooling by {mode}")


def _mean(graph: Graph, tokens: _Tokens, weights: Value) -> Value:
    """Add the mean of the tokens with the weights, (batch, 1, tokens)."""
    total = graph.node("MatMul", weights, tokens.hidden)
    return graph.node("Div", total, _sum(graph, weights))


def _sum(graph: Graph, weights: Value) -> Value:
    """Add the sum of the weights of each text, never zero: (batch, 1, 1)."""
    place = _positions(graph)
    ones = graph.node("Cast", graph.node("Equal", place, place), attributes={"to": 1})
    column = graph.node("Reshape", ones, graph.constant([-1, 1]))
    return graph.node("Add", graph.node("MatMul", weights, column), graph.constant(_NOT_ZERO))


def _as_row(graph: Graph, weights: Value) -> Value:
    """Add weights of tokens, (batch, tokens), as (batch, 1, tokens)."""
    return graph.node("Reshape", weights, graph.constant([0, 1, -1]))


def _positions(graph: Graph) -> Value:
    """Add the numbers of the tokens, from 0: (tokens)."""
    end = graph.node("Squeeze", token_count(graph))
    return graph.node("Range", graph.constant(np.int64(0)), end, graph.constant(np.int64(1)))


def _last(graph: Graph, tokens: _Tokens) -> Value:
    """Add an array that is 1 at the last token of each text: (batch, 1, tokens).

    The sum of the mask up to a token is the number of tokens there, and the padding repeats it.
    """
    mask = _as_row(graph, tokens.mask)
    count = graph.node("MatMul", mask, tokens.as_column(graph))
    number = graph.node("CumSum", mask, graph.constant(np.int64(2)))
    last = graph.node("Cast", graph.node("Equal", number, count), attributes={"to": 1})
    return graph.node("Mul", last, mask)


def _maximum(graph: Graph, tokens: _Tokens) -> Value:
    away = graph.node("Sub", tokens.as_column(graph), graph.constant(1.0))
    lowered = graph.node("Add", tokens.hidden, graph.node("Mul", away, graph.constant(1e30)))
    columns = graph.node("Transpose", lowered, attributes={"perm": [0, 2, 1]})
    maximum = graph.node("GlobalMaxPool", columns)
    return graph.node("Transpose", maximum, attributes={"perm": [0, 2, 1]})


def _dense(graph: Graph, module: Dense, value: Value) -> Value:
    layer = Linear.read(Tensors.open(module.weights), "linear")
    name = _ACTIVATIONS.get(module.activation)
    if name is None:
        raise UnsupportedError(f"a dense layer with {module.activation}")
    return graph.node(name, linear(graph, layer, value))


def _unit_length(graph: Graph, value: Value) -> Value:
    return graph.node("LpNormalization", value, attributes={"axis": -1, "p": 2})
