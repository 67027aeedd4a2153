"""Builds an ONNX graph node by node, with its weights in a second file.

Weights lie outside the graph because a protobuf message holds two gigabytes at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

_OUTPUT = "vectors"
_OPSET, _IR_VERSION = 20, 9
"""Opset 20 is the first with Gelu as one node."""
_INLINE_BYTES = 1024
"""Constants up to this size stay in the graph: engines need shapes when they plan it."""
_ALIGNMENT = 64

Value = str
"""The name of a tensor in the graph."""


class Graph:
    """Nodes in the order in which they are added, and their weights, appended to an open file.

    `location` is the name of the file, relative to the graph.
    """

    ids: Value = "input_ids"
    mask: Value = "attention_mask"
    prompt: Value = "prompt_tokens"

    def __init__(self, weights: BinaryIO, *, location: str) -> None:
        self._weights = weights
        self._location = location
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[TensorProto] = []
        self._takes_prompt = False

    def take_prompt(self) -> Value:
        """Add an input, the number of tokens that belong to the prompt, as an array of one."""
        self._takes_prompt = True
        return self.prompt

    def node(self, kind: str, *inputs: Value, attributes: Mapping[str, Any] | None = None) -> Value:
        """Add a node with one output, and return the output."""
        output = f"quoth/{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **(attributes or {})))
        return output

    def constant(self, value: NDArray[np.generic] | np.generic | Sequence[int] | float) -> Value:
        """Add a constant: an array, integers (a shape or an index), or a number."""
        array = np.asarray(value, np.float32 if isinstance(value, float) else None, order="C")
        tensor = TensorProto(
            name=f"quoth/constant_{len(self._constants)}",
            dims=array.shape,
            data_type=helper.np_dtype_to_tensor_dtype(array.dtype),
            raw_data=array.tobytes(),
        )
        self._constants.append(self._store(tensor))
        return tensor.name

    def model(self, output: Value) -> onnx.ModelProto:
        """Return the whole graph, with `output` as its only output."""
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in (self.ids, self.mask)
        ]
        graph = helper.make_graph([], "embedder", inputs, [])
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )
        self.extend(model, output)
        return model

    def extend(self, model: onnx.ModelProto, output: Value) -> None:
        """Add the nodes to the end of a model, with `output` as its only output.

        The model's own weights go to the file as well.
        """
        for tensor in model.graph.initializer:
            self._store(tensor)
        model.graph.node.extend([*self._nodes, helper.make_node("Identity", [output], [_OUTPUT])])
        model.graph.initializer.extend(self._constants)
        if self._takes_prompt:
            model.graph.input.append(
                helper.make_tensor_value_info(self.prompt, TensorProto.INT64, [1])
            )
        del model.graph.output[:]
        vectors = helper.make_tensor_value_info(_OUTPUT, TensorProto.FLOAT, ["batch", "dimension"])
        model.graph.output.append(vectors)

    def _store(self, tensor: TensorProto) -> TensorProto:
        """Move the data of a tensor to the file, unless the tensor is small."""
        raw = tensor.raw_data
        if len(raw) <= _INLINE_BYTES:
            return tensor
        self._weights.write(bytes(-self._weights.tell() % _ALIGNMENT))
        location = {"location": self._location, "offset": self._weights.tell(), "length": len(raw)}
        self._weights.write(raw)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in location.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor
