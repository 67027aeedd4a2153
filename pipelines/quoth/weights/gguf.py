"""Reads the header of a GGUF file, which describes a model before it is loaded.

It takes milliseconds where the package gguf takes seconds, because the vocabulary is stepped over.
Source: docs/gguf.md of ggml.
"""

from __future__ import annotations

import math
import mmap
import stat
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from quoth.errors import ModelNotFoundError
from quoth.weights.gguf_header import size_of_data
from quoth.weights.gguf_parts import list_parts
from quoth.weights.gguf_values import check_dimensions, check_shape, check_values

_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 32
_SHORT = 4096
"""The longest array of numbers that is read; longer ones belong to the vocabulary."""

_FILE_TYPES = (
    "0 F32,1 F16,2 Q4_0,3 Q4_1,7 Q8_0,8 Q5_0,9 Q5_1,10 Q2_K,11 Q3_K_S,12 Q3_K_M,13 Q3_K_L,"
    "14 Q4_K_S,15 Q4_K_M,16 Q5_K_S,17 Q5_K_M,18 Q6_K,19 IQ2_XXS,20 IQ2_XS,21 Q2_K_S,22 IQ3_XS,"
    "23 IQ3_XXS,24 IQ1_S,25 IQ4_NL,26 IQ3_S,27 IQ3_M,28 IQ2_S,29 IQ2_M,30 IQ4_XS,31 IQ1_M,32 BF16,"
    "36 TQ1_0,37 TQ2_0,38 MXFP4"
)
_NAMES = {int(n): name for n, name in (entry.split() for entry in _FILE_TYPES.split(","))}
_PRE_WITH_BOS = {
    "llama3",
    "llama-v3",
    "llama-bpe",
    "falcon3",
    "falcon-h1",
    "pixtral",
    "midm-2.0",
    "lfm2",
    "tekken",
    "chameleon",
}
"""Pre-tokenizers for which llama.cpp itself adds BOS (src/llama-vocab.cpp)."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array that was skipped: the offset, the type and the number of its items."""

    offset: int
    type: int
    length: int


@dataclass(frozen=True, slots=True)
class Gguf:
    """The header of a GGUF file.

    `values` maps keys to scalars, strings, tuples of numbers, and `Array` for long arrays.
    `tensors` maps names to (shape, offset in the data). `spans` holds the (begin, end) of each key
    in the file. `bytes` is the size of the weights, over all parts of a split file. `lacking` is
    the number of bytes by which this file ends before its last tensor does, 0 for a whole one.
    """

    path: Path
    values: Mapping[str, Any]
    tensors: Mapping[str, tuple[tuple[int, ...], int]]
    spans: Mapping[str, tuple[int, int]]
    bytes: int
    lacking: int = 0

    @property
    def architecture(self) -> str:
        """The architecture (`general.architecture`), such as `llama`."""
        return str(self.values.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """The name of the model: the file's name without its suffix."""
        return self.path.stem

    @property
    def quantization(self) -> str:
        """The format of the weights, such as `Q4_K_M`; empty where the file does not say."""
        return _NAMES.get(int(self.values.get("general.file_type", -1)), "")

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(math.prod(shape) for shape, _ in self.tensors.values())

    @property
    def chat_template(self) -> str | None:
        """The chat template in the file."""
        return self.values.get("tokenizer.chat_template") or None

    @property
    def layers(self) -> int:
        """The number of transformer blocks."""
        return int(self.hyperparameter("block_count", 0))

    @property
    def context_length(self) -> int:
        """The window that the model was trained for; 0 where the file does not say."""
        return int(self.hyperparameter("context_length", 0))

    @property
    def adds_bos(self) -> bool:
        """Whether the tokenizer adds BOS; where the file does not say, its kind decides."""
        by_kind = (
            self.values.get("tokenizer.ggml.model") in {"llama", "bert"}
            or self.values.get("tokenizer.ggml.pre") in _PRE_WITH_BOS
        )
        return bool(self.values.get("tokenizer.ggml.add_bos_token", by_kind))

    def hyperparameter(self, key: str, default: Any) -> Any:
        """Return `ARCHITECTURE.key`, or the default."""
        return self.values.get(f"{self.architecture}.{key}", default)

    def token(self, role: str) -> str:
        """Return the text of a special token, `bos` or `eos`; empty where there is none."""
        number = self.values.get(f"tokenizer.ggml.{role}_token_id")
        tokens = self.values.get("tokenizer.ggml.tokens")
        length = tokens.length if isinstance(tokens, Array) else 0
        if not isinstance(number, int) or not 0 <= number < length:
            return ""
        return next(islice(_read_tokens(self), number, None), b"").decode("utf-8", "replace")


def read_gguf(path: Path) -> Gguf:
    """Return the header of a GGUF file.

    Raises `ModelNotFoundError` for a missing file or part, or one that is not a GGUF model.
    """
    parts = list_parts(path)
    header = _read_file(path)
    if len(parts) == 1:
        if header.values.get("split.count", 1) > 1:
            raise ModelNotFoundError(
                f"{path} is a part of a model, and its name does not say which.",
                hint="Give all parts the names that they were published with.",
            )
        return header
    if path != parts[0]:
        raise ModelNotFoundError(
            f"{path} is a part of a model, and not the first one.", hint=f"Name {parts[0]}."
        )
    for part in parts:
        if not part.is_file():
            raise ModelNotFoundError(
                f"A part of {path} is missing: {part.name}.",
                hint=f"Fetch it into {path.parent}.",
            )
    return _join_parts([header, *map(_read_file, parts[1:])])


def check_tokens(header: Gguf) -> None:
    """Raise `ModelNotFoundError` if the vocabulary has a text twice: llama.cpp would abort."""
    seen: set[bytes] = set()
    for text in _read_tokens(header):
        if text in seen:
            raise ModelNotFoundError(
                f"{header.path} is a broken GGUF file: its vocabulary has {text[:40]!r} twice.",
                hint="Download it again.",
            )
        if text:
            seen.add(text)


def _read_tokens(header: Gguf) -> Iterator[bytes]:
    """Yield the texts of the vocabulary in order."""
    tokens = header.values.get("tokenizer.ggml.tokens")
    if not isinstance(tokens, Array) or tokens.type != _STRING:
        return
    with header.path.open("rb") as file:
        file.seek(tokens.offset)
        for _ in range(tokens.length):
            yield file.read(_LENGTH.unpack(file.read(8))[0])


def _read_file(path: Path) -> Gguf:
    """Return the header of one file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for its writer
            raise ModelNotFoundError(
                f"{path} is not a file.", hint="Give the path of a .gguf file."
            )
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelNotFoundError(
                    f"{path} is not a GGUF file.", hint="Give the path of a .gguf file."
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data, path).header()
    except OSError as error:
        raise ModelNotFoundError(
            f"There is no GGUF file {path}.",
            hint="Give the path of a .gguf file, or use llamacpp:embedded.",
        ) from error
    except ValueError as error:
        raise ModelNotFoundError(
            f"{path} is a broken GGUF file: {error}.", hint="Download it again."
        ) from error


def _join_parts(headers: Sequence[Gguf]) -> Gguf:
    """Return the header of a model from those of its parts; the first has the metadata."""
    first = headers[0]
    tensors: dict[str, tuple[tuple[int, ...], int]] = {}
    start = 0
    for header in headers:
        for name, (shape, offset) in header.tensors.items():
            tensors[name] = shape, start + offset
        start += header.bytes
    lacking = sum(header.lacking for header in headers)
    return replace(first, tensors=tensors, bytes=start, lacking=lacking)


class _Reader:
    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data = data
        self._path = path
        self._offset = 4

    def header(self) -> Gguf:
        version = self._take("I")
        if version not in {2, 3}:
            raise ValueError(f"its version is {version}, and only 2 and 3 are supported")
        tensor_count, key_count = self._take("Q"), self._take("Q")
        values: dict[str, Any] = {}
        spans: dict[str, tuple[int, int]] = {}
        for _ in range(key_count):
            begin = self._offset
            key = self._text()
            values[key] = self._value(self._take("I"))
            spans[key] = (begin, self._offset)
        check_values(values)
        tensors: dict[str, tuple[tuple[int, ...], int]] = {}
        end = 0
        for _ in range(tensor_count):
            name = self._text()
            dimensions = self._take("I")
            check_dimensions(name, dimensions)
            shape = tuple(self._take("Q") for _ in range(dimensions))
            check_shape(name, shape)
            kind, offset = self._take("I"), self._take("Q")
            tensors[name] = (shape, offset)
            end = max(end, offset + size_of_data(kind, shape))
        alignment = values.get("general.alignment", _ALIGNMENT)
        start = -(-self._offset // alignment) * alignment
        return Gguf(
            self._path,
            values,
            tensors,
            spans,
            bytes=len(self._data) - self._offset,
            lacking=max(0, start + end - len(self._data)) if end else 0,
        )

    def _take(self, kind: str) -> Any:
        size = struct.calcsize(kind)
        if self._offset + size > len(self._data):
            raise ValueError("it ends in its header")
        (value,) = struct.unpack_from(f"<{kind}", self._data, self._offset)
        self._offset += size
        return value

    def _text(self) -> str:
        length = self._take("Q")
        if self._offset + length > len(self._data):
            raise ValueError("it ends in its header")
        self._offset += length
        return self._data[self._offset - length : self._offset].decode("utf-8", "replace")

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise ValueError(f"it holds a value of the unknown type {kind}")
        return self._take(_SCALARS[kind])

    def _array(self) -> tuple[Any, ...] | Array:
        kind, length = self._take("I"), self._take("Q")
        begin = self._offset
        if kind in _SCALARS and length <= _SHORT:
            return tuple(self._take(_SCALARS[kind]) for _ in range(length))
        if kind in _SCALARS:
            self._offset += struct.calcsize(_SCALARS[kind]) * length
        elif kind == _STRING:
            self._skip_texts(length)
        else:
            raise ValueError(f"it holds an array of the type {kind}")
        if self._offset > len(self._data):
            raise ValueError("it ends in its header")
        return Array(begin, kind, length)

    def _skip_texts(self, count: int) -> None:
        """Skip a number of texts; a vocabulary and its merges have a hundred thousand."""
        read_length, data, offset = _LENGTH.unpack_from, self._data, self._offset
        last = len(data) - 8
        for _ in range(count):
            if offset > last:
                raise ValueError("it ends in its header")
            offset += 8 + read_length(data, offset)[0]
        self._offset = offset
