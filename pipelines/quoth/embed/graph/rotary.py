"""Rotary position embedding (Su et al. 2021), with the halves of a head as its pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quoth.embed.graph import UnsupportedError
from quoth.embed.graph.builder import Graph, Value
from quoth.embed.graph.layers import Heads, first_rows

Rotation = Callable[[Value], Value]
"""Adds the nodes that rotate queries or keys, (batch, tokens, heads, size of a head)."""


def read_theta(config: Mapping[str, Any], *keys: str, default: float, kind: str = "") -> float:
    """Return the base of the angles: of the layers of a kind, or under one of the older keys.

    Raises `UnsupportedError` for scaled positions.
    """
    parameters = config.get("rope_parameters") or {}
    parameters = (parameters.get(kind) or {}) if kind else parameters
    scaling = config.get("rope_scaling") or {}
    scaled = scaling.get("rope_type", scaling.get("type", "default")) != "default"
    if scaled or parameters.get("rope_type", "default") != "default":
        raise UnsupportedError("scaled rotary positions")
    named = (config[key] for key in keys if config.get(key) is not None)
    return float(parameters.get("rope_theta") or next(named, default))


def rotation(graph: Graph, theta: float, heads: Heads, *, longest: int, tokens: Value) -> Rotation:
    """Return the function that rotates by the positions of tokens, of which there are `longest`."""
    steps = np.arange(0, heads.size, 2, dtype=np.float32) / np.float32(heads.size)
    positions = np.arange(longest, dtype=np.float32)
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
