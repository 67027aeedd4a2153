"""GGUF files that no tool writes: each is one of our errors, and none is given to an engine."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import Quoth
from quoth.backends.llama.provider import open_gguf
from quoth.config import ModelSettings
from quoth.errors import ModelNotFoundError
from quoth.weights import check_tokens, fit_of, read_gguf
from quoth.weights.gguf_header import Tensor, Value, encode_entry, encode_header

_ARRAY, _UINT32 = 9, 4
USUAL: dict[str, Value] = {
    "general.architecture": "llama",
    "general.file_type": 1,
    "llama.block_count": 2,
    "llama.context_length": 2048,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
}
TENSORS = (
    Tensor("token_embd.weight", "F16", (64, 100)),
    *(Tensor(f"blk.{layer}.attn_q.weight", "F16", (64, 64)) for layer in range(2)),
)


def model(
    changed: Mapping[str, Value] | None = None,
    *,
    entries: Sequence[bytes] = (),
    tensors: Sequence[Tensor] = TENSORS,
    data: bool = True,
) -> bytes:
    """Return a file with the usual values and some that are changed."""
    encoded = [encode_entry(key, value) for key, value in {**USUAL, **(changed or {})}.items()]
    header = encode_header([*encoded, *entries], tensors)
    return header + b"\0" * (sum(tensor.bytes for tensor in tensors) if data else 0)


def key(name: str, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(name)) + name.encode() + struct.pack("<I", kind) + value


NESTED = struct.pack("<IQ", _ARRAY, 1) * 50_000 + struct.pack("<IQ", _UINT32, 0)
BROKEN = {
    "an array of arrays": model(entries=[key("x", _ARRAY, NESTED)]),
    "an endless array": model(entries=[key("x", _ARRAY, struct.pack("<IQ", _UINT32, 1 << 62))]),
    "endless texts": model(entries=[key("x", _ARRAY, struct.pack("<IQ", 8, 1 << 62))]),
    "arrays of an unknown type": model(entries=[key("x", _ARRAY, struct.pack("<IQ", 99, 9))]),
    "a template that is a number": model({"tokenizer.chat_template": 3}),
    "no alignment": model({"general.alignment": 0}),
    "a negative epsilon": model({"llama.attention.layer_norm_rms_epsilon": -1.0}),
    "heads of other layers": model({"llama.attention.head_count_kv": [1, 1, 1, 1, 1]}),
    "too many weights": model(tensors=[Tensor("a", "F16", (1 << 40, 1 << 40))], data=False),
    "no weights": model(tensors=[Tensor("a", "F16", (64, 0))]),
    "five dimensions": model(tensors=[Tensor("a", "F16", (1,) * 5)]),
    "a header that is cut off": model()[:200],
    "only its first letters": b"GGUF",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_value_that_no_model_has_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelNotFoundError, match="broken GGUF file"):
        read_gguf(file)


_VALUES = (
    st.integers(-(2**31), 2**64 - 1)
    | st.floats(width=32)
    | st.text(max_size=20)
    | st.booleans()
    | st.lists(st.integers(-(2**31), 2**31 - 1), max_size=6)
    | st.lists(st.floats(width=32), min_size=1, max_size=4)
    | st.lists(st.text(max_size=3), min_size=1, max_size=4)
)
_KEYS = (
    *USUAL,
    *(f"llama.attention.{name}" for name in ("head_count_kv", "key_length", "kv_lora_rank")),
    *("llama.expert_count", "llama.expert_used_count", "llama.rope.dimension_count"),
    *("tokenizer.ggml.tokens", "tokenizer.ggml.bos_token_id", "tokenizer.ggml.add_bos_token"),
    *("tokenizer.chat_template", "tokenizer.ggml.model", "split.count", "general.alignment"),
)


@given(changed=st.dictionaries(st.sampled_from(_KEYS), _VALUES, min_size=1, max_size=4))
@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_value_is_used_or_refused(tmp_path: Path, changed: Mapping[str, Value]) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(model(changed))
    try:
        header = read_gguf(file)
    except ModelNotFoundError:
        return
    assert fit_of(header, ModelSettings(), bandwidth=1e9).summary
    assert header.token("bos") is not None
    assert isinstance(header.quantization + header.architecture, str)


@given(cut=st.integers(4, 2000), at=st.integers(4, 900), byte=st.integers(0, 255))
@settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_damaged_byte_is_used_or_refused(tmp_path: Path, cut: int, at: int, byte: int) -> None:
    file = tmp_path / "x.gguf"
    content = bytearray(model({"tokenizer.ggml.tokens": ["a", "b", "c"]}))
    content[min(at, len(content) - 1)] = byte
    file.write_bytes(content[: len(content) if cut > 1000 else cut])
    with suppress(ModelNotFoundError):
        fit_of(read_gguf(file), ModelSettings(), bandwidth=1e9)


def test_a_half_of_a_model_is_told_before_an_engine_sees_it(quoth: Quoth, tmp_path: Path) -> None:
    file = tmp_path / "half.gguf"
    file.write_bytes(model(data=False))
    for command in ("fit", "show"):
        told = quoth("models", command, f"llamacpp:{file}")
        assert told.returncode == 2
        assert "only a part of a model" in told.stderr


def test_words_that_the_vocabulary_has_twice_end_in_an_error(tmp_path: Path) -> None:
    file = tmp_path / "twice.gguf"
    file.write_bytes(model({"tokenizer.ggml.tokens": ["a", "", "", "b", "a"]}))
    with pytest.raises(ModelNotFoundError, match="twice"):
        open_gguf(file, ModelSettings()).preload()
    file.write_bytes(model({"tokenizer.ggml.tokens": ["a", "", "", "b", "c"]}))
    check_tokens(read_gguf(file))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(ModelNotFoundError, match="is not a file"):
        read_gguf(tmp_path / "pipe.gguf")


def split_model(folder: Path) -> list[Path]:
    """Write a model in three parts, the first of which has the metadata."""
    parts = []
    for number, tensor in enumerate(TENSORS):
        entries = {"split.no": number, "split.count": 3}
        path = folder / f"big-{number + 1:05}-of-00003.gguf"
        if number == 0:
            path.write_bytes(model(entries, tensors=[tensor]))
        else:
            encoded = [encode_entry(name, value) for name, value in entries.items()]
            path.write_bytes(encode_header(encoded, [tensor]) + b"\0" * tensor.bytes)
        parts.append(path)
    return parts


def test_the_weights_of_a_split_model_are_those_of_all_parts(tmp_path: Path) -> None:
    parts = split_model(tmp_path)
    whole = tmp_path / "whole.gguf"
    whole.write_bytes(model())
    header, one = read_gguf(parts[0]), read_gguf(whole)
    assert header.parameters == one.parameters == 64 * 100 + 2 * 64 * 64
    assert header.bytes == pytest.approx(one.bytes, abs=200)
    assert list(header.tensors) == list(one.tensors)
    fit = fit_of(header, ModelSettings(), bandwidth=1e9)
    assert fit.weights == header.bytes


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    parts = split_model(tmp_path)
    with pytest.raises(ModelNotFoundError, match="not the first") as refused:
        read_gguf(parts[1])
    assert parts[0].name in refused.value.hint
    parts[1].rename(tmp_path / "renamed.gguf")
    with pytest.raises(ModelNotFoundError, match=f"missing: {parts[1].name}"):
        open_gguf(parts[0], ModelSettings())
    with pytest.raises(ModelNotFoundError, match="does not say which"):
        read_gguf(tmp_path / "renamed.gguf")


def test_a_half_part_is_told(tmp_path: Path) -> None:
    parts = split_model(tmp_path)
    parts[2].write_bytes(parts[2].read_bytes()[:-100])
    with pytest.raises(ModelNotFoundError, match=" 100 bytes are missing"):
        open_gguf(parts[0], ModelSettings())
