"""From the vectors of tokens to the vector of a text, as the folder's modules say.

Only operators whose form is the same in every version of ONNX are used, so that these nodes also
fit at the end of an exported graph.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quoth.embed.folder import Dense, Module, Normalize, Pooling, Unknown
from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import Linear, linear
from quoth.embed.graph.tensors import Tensors

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
            case Pooling(modes):
                pools = [_pool(graph, mode, hidden) for mode in modes]
                value = graph.node("Concat", *pools, attributes={"axis": -1})
            case Dense():
                value = _dense(graph, module, value)
            case Normalize():
                value = _unit_length(graph, value)
            case Unknown(kind):
                raise UnsupportedError(f"the module {kind}")
    return _unit_length(graph, value)


def _pool(graph: Graph, mode: str, hidden: Value) -> Value:
    """Add one kind of pooling; the output is (batch, hidden size)."""
    return graph.node("Reshape", _pooled(graph, mode, hidden), graph.constant([0, -1]))


def _pooled(graph: Graph, mode: str, hidden: Value) -> Value:
    """Add one kind of pooling; the output is (batch, 1, hidden size)."""
    match mode:
        case "cls":
            return graph.node("Gather", hidden, graph.constant([0]), attributes={"axis": 1})
        case "max":
            return _maximum(graph, hidden)
        case "lasttoken":
            return graph.node("MatMul", _last(graph), hidden)
        case "mean":
            mask = _mask(graph, [0, 1, -1])
            count = graph.node("MatMul", mask, _mask(graph, [0, -1, 1]))
            total = graph.node("MatMul", mask, hidden)
            return graph.node("Div", total, graph.node("Add", count, graph.constant(_NOT_ZERO)))
    raise UnsupportedError(f"pooling by {mode}")


def _mask(graph: Graph, shape: Sequence[int]) -> Value:
    """Add the attention mask as numbers in another shape."""
    mask = graph.node("Cast", graph.mask, attributes={"to": 1})
    return graph.node("Reshape", mask, graph.constant(shape))


def _last(graph: Graph) -> Value:
    """Add an array that is 1 at the last token of each text: (batch, 1, tokens).

    The sum of the mask up to a token is the number of tokens there, and the padding repeats it.
    """
    mask = _mask(graph, [0, 1, -1])
    count = graph.node("MatMul", mask, _mask(graph, [0, -1, 1]))
    number = graph.node("CumSum", mask, graph.constant(np.int64(2)))
    last = graph.node("Cast", graph.node("Equal", number, count), attributes={"to": 1})
    return graph.node("Mul", last, mask)


def _maximum(graph: Graph, hidden: Value) -> Value:
    away = graph.node("Sub", _mask(graph, [0, -1, 1]), graph.constant(1.0))
    lowered = graph.node("Add", hidden, graph.node("Mul", away, graph.constant(1e30)))
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
