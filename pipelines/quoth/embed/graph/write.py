"""The graph of an embedder: written from its weights, or taken from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import onnx

from quoth.embed.folder import ModelFolder
from quoth.embed.graph import UnsupportedError, bert, decoder, gated_bert, modernbert
from quoth.embed.graph.adopt import adopt_graph
from quoth.embed.graph.builder import Graph
from quoth.embed.graph.pooling import vectors
from quoth.embed.graph.tensors import Tensors
from quoth.system import remove_parts, stage_file, write_whole

VERSION = 1
"""Incremented when the graph of a folder changes, so that no older graph is used."""
_ENCODERS = {
    **dict.fromkeys(bert.FAMILIES, bert.bert),
    **dict.fromkeys(decoder.FAMILIES, decoder.decoder),
    **dict.fromkeys(gated_bert.FAMILIES, gated_bert.gated_bert),
    **dict.fromkeys(modernbert.FAMILIES, modernbert.modernbert),
}


def write_graph(folder: ModelFolder, target: Path) -> None:
    """Write the graph of the embedder in a folder to the file `target`, its weights next to it.

    Raises `UnsupportedError` when no graph is written for the embedder and its folder has none
    that can be used.
    """
    weights = target.with_suffix(".weights")
    remove_parts(target.parent)
    with stage_file(weights) as part, part.open("wb") as file:
        model = _model(folder, file, location=weights.name)
    write_whole(target, model.SerializeToString())


def _model(folder: ModelFolder, weights: BinaryIO, *, location: str) -> onnx.ModelProto:
    try:
        return _written(folder, weights, location=location)
    except UnsupportedError:
        if not folder.own_graph.is_file():
            raise
    weights.truncate(0)
    weights.seek(0)
    return adopt_graph(folder, weights, location=location)


def _written(folder: ModelFolder, weights: BinaryIO, *, location: str) -> onnx.ModelProto:
    encoder = _ENCODERS.get(folder.architecture)
    if encoder is None:
        raise UnsupportedError(f"the architecture {folder.architecture}")
    if folder.weights == (folder.own_graph,):
        raise UnsupportedError("no weights but an ONNX graph")
    graph = Graph(weights, location=location)
    try:
        hidden = encoder(graph, folder.config, Tensors.open(*folder.weights))
    except KeyError as error:
        raise UnsupportedError(f"a config.json without {error}") from error
    return graph.model(vectors(graph, hidden, folder.modules))
