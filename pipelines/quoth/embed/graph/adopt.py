"""The ONNX graph that a folder brings, with pooling added at its end."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper

from quoth.embed.folder import ModelFolder
from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph
from quoth.embed.graph.pooling import vectors

_OLDEST = 11
"""The first version of ONNX with all operators that are added here."""


def adopt_graph(folder: ModelFolder, weights: BinaryIO, *, location: str) -> onnx.ModelProto:
    """Return the folder's own graph with pooling at its end, its weights written to a file.

    Raises `UnsupportedError` for a graph with inputs other than tokens, mask, types and positions,
    or without vectors of tokens.
    """
    model = onnx.load(folder.own_graph)
    if any(opset.version < _OLDEST for opset in model.opset_import if not opset.domain):
        raise UnsupportedError(f"an ONNX graph from before version {_OLDEST}")
    _fill_inputs(model)
    graph = Graph(weights, location=location)
    hidden = graph.node("Cast", _hidden(model), attributes={"to": TensorProto.FLOAT})
    graph.extend(model, vectors(graph, hidden, folder.modules))
    return model


def _hidden(model: onnx.ModelProto) -> str:
    """Return the name of the output with a vector for each token."""
    for output in model.graph.output:
        if len(output.type.tensor_type.shape.dim) == 3:
            return str(output.name)
    raise UnsupportedError("an ONNX graph that gives no vectors of tokens")


def _fill_inputs(model: onnx.ModelProto) -> None:
    """Compute the types and positions of tokens inside the graph: they follow from the others."""
    inputs = []
    for entry in model.graph.input:
        if entry.type.tensor_type.elem_type != TensorProto.INT64:
            raise UnsupportedError(f"an ONNX graph with the input {entry.name}")
        match entry.name:
            case Graph.ids | Graph.mask:
                inputs.append(entry)
            case "token_type_ids":
                types = helper.make_node("Sub", [Graph.ids, Graph.ids], [entry.name])
                model.graph.node.insert(0, types)
            case "position_ids":
                _fill_positions(model, entry.name)
            case _:
                raise UnsupportedError(f"an ONNX graph with the input {entry.name}")
    del model.graph.input[:]
    model.graph.input.extend(inputs)


def _fill_positions(model: onnx.ModelProto, name: str) -> None:
    """Add the positions of tokens, from 0."""
    axis = onnx.numpy_helper.from_array(np.array(1, np.int64), "quoth/position_axis")
    model.graph.initializer.append(axis)
    before = helper.make_node(
        "CumSum", [Graph.mask, axis.name], [name], name="quoth/positions", exclusive=1
    )
    model.graph.node.insert(0, before)
