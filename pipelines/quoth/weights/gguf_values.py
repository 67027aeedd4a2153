"""Whether the values in the header of a GGUF file can be those of a model.

llama.cpp ends the process for some that cannot: its assertions are no errors that can be caught.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_MOST_LAYERS = 4096
_MOST = 2**31 - 1
_MOST_DIMENSIONS = 4
_MOST_WEIGHTS = 2**60
_TEXTS = ("general.architecture", "tokenizer.ggml.model", "tokenizer.ggml.pre")
_TEMPLATE = "tokenizer.chat_template"
_POSITIVE = ("block_count", "context_length", "embedding_length")
_COUNTS = (
    "attention.key_length",
    "attention.value_length",
    "attention.kv_lora_rank",
    "rope.dimension_count",
    "expert_count",
    "expert_used_count",
)
_OF_LAYERS = ("attention.head_count", "attention.head_count_kv")


def check_values(values: Mapping[str, Any]) -> None:
    """Raise `ValueError` for a value of a type or a size that no model has."""
    for key in (*_TEXTS, _TEMPLATE):
        if not isinstance(values.get(key, ""), str):
            raise ValueError(f"{key} is no text")
    alignment = values.get("general.alignment", 1)
    if not _is_whole(alignment) or alignment < 1 or alignment.bit_count() != 1:
        raise ValueError(f"general.alignment is {_show(alignment)}, which is no power of two")
    for key in ("general.file_type", "split.count", "split.no"):
        _check_count(values, key)
    for key, value in values.items():
        if isinstance(value, float) and not (
            math.isfinite(value) and (value >= 0 or not key.endswith("_epsilon"))
        ):
            raise ValueError(f"{key} is {value}")
    for role in ("bos", "eos"):
        _check_count(values, f"tokenizer.ggml.{role}_token_id", least=-1, most=2**32 - 1)
    architecture = values.get("general.architecture", "")
    for key in _POSITIVE:
        most = _MOST_LAYERS if key == "block_count" else _MOST
        _check_count(values, f"{architecture}.{key}", least=1, most=most)
    for key in _COUNTS:
        _check_count(values, f"{architecture}.{key}")
    for key in _OF_LAYERS:
        _check_layers(values, f"{architecture}.{key}", values.get(f"{architecture}.block_count"))


def check_shape(name: str, shape: Sequence[int]) -> None:
    """Raise `ValueError` for a shape that no tensor has."""
    weights = 1
    for size in shape:
        weights *= size
        if not 1 <= size <= weights <= _MOST_WEIGHTS:
            raise ValueError(f"the tensor {name} has the shape {_show(tuple(shape))}")


def check_dimensions(name: str, count: int) -> None:
    """Raise `ValueError` for a number of dimensions that no tensor has."""
    if not 1 <= count <= _MOST_DIMENSIONS:
        raise ValueError(f"the tensor {name} has {count} dimensions")


def _check_count(values: Mapping[str, Any], key: str, *, least: int = 0, most: int = _MOST) -> None:
    value = values.get(key, least)
    if not _is_whole(value) or not least <= value <= most:
        raise ValueError(f"{key} is {_show(value)}")


def _check_layers(values: Mapping[str, Any], key: str, layers: object) -> None:
    """Check a number for all layers, or one for each."""
    value = values.get(key)
    if not isinstance(value, tuple):
        _check_count(values, key)
    elif len(value) != layers or not all(_is_whole(part) and 0 <= part <= _MOST for part in value):
        raise ValueError(f"{key} is {_show(value)}, and there are {layers} layers")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _show(value: object) -> str:
    """Return a value in a few characters."""
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
