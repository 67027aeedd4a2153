"""The header of a model's weights, made from what an Ollama server shows of them.

`POST /api/show` with `verbose` returns the keys of the GGUF file, the vocabulary among them. They
are kept in the state folder as the header of a GGUF file, one for each digest, so that the model is
counted and fitted as if its file could be read here. Source: docs/api.md of Ollama.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from quoth.backends.http import LocalHttp
from quoth.backends.stated import mapping_of, mappings_of
from quoth.config import state_folder
from quoth.errors import ModelNotFoundError
from quoth.system import write_whole
from quoth.weights import Gguf, Tensor, encode_entry, encode_header, read_gguf

_TOKENS = "tokenizer.ggml.tokens"
_OF_TOKENS = ("tokenizer.ggml.token_type", "tokenizer.ggml.scores")
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{1,128}")
_CHARACTERS = "tokenizer.ggml.precompiled_charsmap"


def find_header(http: LocalHttp, name: str, *, digest: str, size: int) -> Gguf | None:
    """Return the header of a model's weights; `None` where the server does not show a vocabulary.

    The server is asked once for a digest. `size` is the number of bytes of the weights.
    """
    if not _DIGEST.fullmatch(digest):
        return None
    file = state_folder() / "models" / "ollama" / f"{digest.removeprefix('sha256:')}.gguf"
    header = _read(file)
    if header is None:
        shown = http.json("POST", "/api/show", {"model": name, "verbose": True})
        if not _has_vocabulary(mapping_of(shown.get("model_info"))):
            return None
        try:
            write_whole(file, header_of(shown))
        except (ValueError, TypeError, OverflowError, struct.error):  # no header has such values
            return None
        header = _read(file)
    return header and replace(header, bytes=size)


def header_of(shown: Mapping[str, Any]) -> bytes:
    """Return the header of a GGUF file with the keys and the tensors of an answer."""
    info = mapping_of(shown.get("model_info"))
    entries = [
        encode_entry(key, _value_of(key, value))
        for key, value in info.items()
        if isinstance(value, str | bool | int | float) or _is_flat(value)
    ]
    tensors = [
        Tensor(str(row.get("name")), str(row.get("type")), tuple(row.get("shape") or (1,)))
        for row in mappings_of(shown.get("tensors"))
    ]
    return encode_header(entries, tensors)


def _read(file: Path) -> Gguf | None:
    try:
        return read_gguf(file)
    except ModelNotFoundError:  # not asked yet, or damaged since
        return None


def _has_vocabulary(info: Mapping[str, Any]) -> bool:
    """Return whether the vocabulary is whole, as llama.cpp has to find it."""
    tokens = info.get(_TOKENS)
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        return False
    listed = [info.get(key) or tokens for key in _OF_TOKENS]
    return all(isinstance(each, list) and len(each) == len(tokens) for each in listed)


def _is_flat(value: object) -> bool:
    """Return whether a value is a list of texts, or a list of numbers."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, str) for item in value) or all(
        isinstance(item, int | float) for item in value
    )


def _value_of(key: str, value: Any) -> Any:
    """Return a value in the type that JSON has lost: a whole number may have been a fraction."""
    if key == "tokenizer.ggml.scores":
        return [float(score) for score in value]
    if key == _CHARACTERS:
        return _bytes_of(value)
    if isinstance(value, list) and any(isinstance(item, float) for item in value):
        return [float(item) for item in value]
    return value


def _bytes_of(value: Any) -> bytes:
    """Return the bytes that Go writes as base64, or as numbers where they were signed."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            return b""
    return bytes(int(number) % 256 for number in value)
