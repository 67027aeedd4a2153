"""Writes the header of a GGUF file: its keys, and the names and shapes of its tensors.

Source: docs/gguf.md of ggml.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

Value = bool | int | float | str | bytes | Sequence[str] | Sequence[float]

_ALIGNMENT = 32
_UINT8, _UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY, _UINT64 = 0, 4, 5, 6, 7, 8, 9, 10
_LETTERS = {_UINT32: "I", _INT32: "i", _FLOAT32: "f", _BOOL: "?", _UINT64: "Q"}

# Name, number in the file, weights in a block, bytes of a block (ggml.h and ggml-common.h of ggml).
_LAYOUTS = (
    "F32 0 1 4,F16 1 1 2,Q4_0 2 32 18,Q4_1 3 32 20,Q5_0 6 32 22,Q5_1 7 32 24,Q8_0 8 32 34,"
    "Q2_K 10 256 84,Q3_K 11 256 110,Q4_K 12 256 144,Q5_K 13 256 176,Q6_K 14 256 210,"
    "IQ2_XXS 16 256 66,IQ2_XS 17 256 74,IQ3_XXS 18 256 98,IQ1_S 19 256 50,IQ4_NL 20 32 18,"
    "IQ3_S 21 256 110,IQ2_S 22 256 82,IQ4_XS 23 256 136,I8 24 1 1,I16 25 1 2,I32 26 1 4,"
    "I64 27 1 8,F64 28 1 8,IQ1_M 29 256 56,BF16 30 1 2,TQ1_0 34 256 54,TQ2_0 35 256 66,"
    "MXFP4 39 32 17"
)
_TYPES = {
    name: (int(number), int(weights), int(size))
    for name, number, weights, size in (entry.split() for entry in _LAYOUTS.split(","))
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """The description of a tensor. A type that is not known here counts as F16."""

    name: str
    type: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """The size of its data, padded to the alignment of the file."""
        _, weights, size = self._layout
        return _pad(-(-math.prod(self.shape) // weights) * size)

    @property
    def number(self) -> int:
        """The number of its type."""
        return self._layout[0]

    @property
    def _layout(self) -> tuple[int, int, int]:
        return _TYPES.get(self.type.upper(), _TYPES["F16"])


def size_of_data(number: int, shape: Sequence[int]) -> int:
    """Return the bytes of a tensor's data, unpadded, by the number of its type; 0 if not known."""
    layout = next((entry for entry in _TYPES.values() if entry[0] == number), None)
    return -(-math.prod(shape) // layout[1]) * layout[2] if layout else 0


def encode_header(entries: Sequence[bytes], tensors: Sequence[Tensor]) -> bytes:
    """Return the header of a file with these entries, up to where the data of the tensors begin."""
    infos, offset = [], 0
    for tensor in tensors:
        shape = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        infos.append(_text(tensor.name) + shape + struct.pack("<IQ", tensor.number, offset))
        offset += tensor.bytes
    counts = struct.pack("<IQQ", 3, len(tensors), len(entries))
    header = b"".join((b"GGUF", counts, *entries, *infos))
    return header.ljust(_pad(len(header)), b"\0")


def encode_entry(key: str, value: Value) -> bytes:
    """Return a key and its value.

    Whole numbers become uint32, or int32 where they are negative or in a list; other numbers
    float32; bytes an array of uint8.
    """
    if isinstance(value, bytes):
        return _text(key) + struct.pack("<IIQ", _ARRAY, _UINT8, len(value)) + value
    if isinstance(value, str | bool | int | float):
        kind = _kind_of(value, in_list=False)
        return _text(key) + struct.pack("<I", kind) + _pack(kind, (value,))
    kind = _kind_of(value[0], in_list=True) if value else _INT32
    return _text(key) + struct.pack("<IIQ", _ARRAY, kind, len(value)) + _pack(kind, value)


def _kind_of(value: str | float, *, in_list: bool) -> int:
    if isinstance(value, str):
        return _STRING
    if isinstance(value, bool):
        return _BOOL
    if isinstance(value, float):
        return _FLOAT32
    if in_list or value < 0:
        return _INT32
    return _UINT32 if value < 2**32 else _UINT64


def _pack(kind: int, values: Sequence[str | float]) -> bytes:
    if kind == _STRING:
        return b"".join(_text(str(value)) for value in values)
    return struct.pack(f"<{len(values)}{_LETTERS[kind]}", *values)


def _text(text: str) -> bytes:
    body = text.encode("utf-8", "replace")
    return struct.pack("<Q", len(body)) + body


def _pad(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
