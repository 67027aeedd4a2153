"""Tensors of the files with a model's weights, read one at a time.

The format: eight bytes with the length of a JSON header, the header, then the raw tensors
(https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from quoth.embed.graph import UnsupportedError
from quoth.errors import ConfigurationError
from quoth.system import missing_extra, parse_json

Tensor = NDArray[np.float32]
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_POINTER = int.from_bytes(b"version ", "little")
"""The first word of what Git LFS leaves in place of a file that was not fetched."""


@dataclass(frozen=True)
class _Place:
    type: str
    shape: tuple[int, ...]
    start: int


class Tensors:
    """The tensors of a model by name, below an optional prefix, in 32 bits."""

    def __init__(self, read: Mapping[str, Callable[[], Tensor]], prefix: str = "") -> None:
        self._read = read
        self._prefix = prefix

    @classmethod
    def open(cls, *paths: Path) -> Self:
        """Read the headers of the files that hold the weights together.

        Raises `ConfigurationError` when one is not a whole file, and `MissingExtraError` for files
        of torch where torch is not installed.
        """
        read: dict[str, Callable[[], Tensor]] = {}
        for path in paths:
            read |= _read_torch(path) if path.suffix == ".bin" else _read_safetensors(path)
        return cls(read)

    def select_below(self, name: str) -> Tensors:
        """Return the tensors whose names start where `name` starts in this file.

        A model that was saved with a head on top has a prefix before each name, such as `bert.`.
        """
        prefix = next((key.removesuffix(name) for key in self._read if key.endswith(name)), "")
        return Tensors(self._read, prefix)

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._read

    def get(self, name: str) -> Tensor | None:
        """Return a tensor, or `None` when there is none of this name."""
        read = self._read.get(self._prefix + name)
        return None if read is None else read()

    def __getitem__(self, name: str) -> Tensor:
        """Return a tensor. Raises `UnsupportedError` when it is missing or of another type."""
        tensor = self.get(name)
        if tensor is None:
            raise UnsupportedError(f"weights without {name}")
        return tensor


def _read_safetensors(path: Path) -> dict[str, Callable[[], Tensor]]:
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length == _POINTER:
                raise ValueError("it is a pointer of Git LFS, not the weights")
            header = parse_json(file.read(min(length, size)))
        header.pop("__metadata__", None)
        places = {name: _place(entry, 8 + length) for name, entry in header.items()}
        end = max(entry["data_offsets"][1] for entry in header.values()) + 8 + length
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, "safetensors", str(error)) from error
    if end > size:
        raise _unreadable(path, "safetensors", f"it ends after {size} bytes of {end}")
    return {name: partial(_map, path, place) for name, place in places.items()}


def _map(path: Path, place: _Place) -> Tensor:
    if place.type not in _TYPES:
        raise UnsupportedError(f"weights stored as {place.type}")
    raw = np.memmap(
        path, dtype=np.dtype(_TYPES[place.type]), mode="r", offset=place.start, shape=place.shape
    )
    if place.type == "BF16":  # the upper half of 32 bits
        return np.asarray((raw.astype(np.uint32) << 16).view(np.float32))
    return np.asarray(raw, np.float32)


def _read_torch(path: Path) -> dict[str, Callable[[], Tensor]]:
    """Read a file of torch, without running code from it."""
    if importlib.util.find_spec("torch") is None:
        raise missing_extra(f"An embedder with weights in {path.name}", "torch")
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever unpickling raises
        raise _unreadable(path, "weights of torch", str(error).partition("\n")[0]) from error
    return {name: partial(_to_array, tensor) for name, tensor in state.items()}


def _to_array(tensor: Any) -> Tensor:
    return np.asarray(tensor.float().numpy(), np.float32)


def _place(entry: Mapping[str, Any], data: int) -> _Place:
    return _Place(entry["dtype"], tuple(entry["shape"]), data + entry["data_offsets"][0])


def _unreadable(path: Path, kind: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path} cannot be read as {kind}: {reason}.", hint="Copy the model's folder again."
    )
