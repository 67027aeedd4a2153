"""Tensors of a safetensors file, read one at a time.

The format: eight bytes with the length of a JSON header, the header, then the raw tensors
(https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from quoth.embed.graph import UnsupportedError
from quoth.errors import ConfigurationError

Tensor = NDArray[np.float32]
_TYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


@dataclass(frozen=True)
class _Place:
    type: str
    shape: tuple[int, ...]
    start: int


class Tensors:
    """The tensors of one file by name, below an optional prefix, in 32 bits."""

    def __init__(self, path: Path, places: dict[str, _Place], prefix: str = "") -> None:
        self._path = path
        self._places = places
        self._prefix = prefix

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the header of a file.

        Raises `ConfigurationError` when it is not a whole safetensors file.
        """
        size = path.stat().st_size
        try:
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                header = json.loads(file.read(min(length, size)))
            header.pop("__metadata__", None)
            places = {name: _place(entry, 8 + length) for name, entry in header.items()}
            end = max(entry["data_offsets"][1] for entry in header.values()) + 8 + length
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(path, str(error)) from error
        if end > size:
            raise _unreadable(path, f"it ends after {size} bytes of {end}")
        return cls(path, places)

    def select_below(self, name: str) -> Tensors:
        """Return the tensors whose names start where `name` starts in this file.

        A model that was saved with a head on top has a prefix before each name, such as `bert.`.
        """
        prefix = next((key.removesuffix(name) for key in self._places if key.endswith(name)), "")
        return Tensors(self._path, self._places, prefix)

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._places

    def get(self, name: str) -> Tensor | None:
        """Return a tensor, or `None` when there is none of this name."""
        return self[name] if self._prefix + name in self._places else None

    def __getitem__(self, name: str) -> Tensor:
        """Return a tensor. Raises `UnsupportedError` when it is missing or of another type."""
        place = self._places.get(self._prefix + name)
        if place is None:
            raise UnsupportedError(f"weights without {name}")
        if place.type not in _TYPES:
            raise UnsupportedError(f"weights stored as {place.type}")
        raw = np.memmap(
            self._path,
            dtype=np.dtype(_TYPES[place.type]),
            mode="r",
            offset=place.start,
            shape=place.shape,
        )
        if place.type == "BF16":  # the upper half of 32 bits
            return np.asarray((raw.astype(np.uint32) << 16).view(np.float32))
        return np.asarray(raw, np.float32)


def _place(entry: Mapping[str, Any], data: int) -> _Place:
    return _Place(entry["dtype"], tuple(entry["shape"]), data + entry["data_offsets"][0])


def _unreadable(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path} cannot be read as safetensors: {reason}.", hint="Copy the model's folder again."
    )
