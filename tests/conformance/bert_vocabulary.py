"""Writes a GGUF file with the vocabulary of the embedder, as llama.cpp's converter does."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, PoolingType, TokenType

WORD_START = "▁"
_WIDTH, _INNER, _BLOCKS = 384, 1536, 6
_SINGLE = {"position_embd.weight", "token_types.weight"}
"""The tables that are stored in single precision."""
_ROLES = {
    "bos": "[CLS]",
    "eos": "[SEP]",
    "unknown": "[UNK]",
    "seperator": "[SEP]",
    "padding": "[PAD]",
    "mask": "[MASK]",
}


def write_vocabulary(tokenizer: Path, file: Path, *, window: int) -> None:
    """Write the WordPiece vocabulary in a `tokenizer.json`, with weights that are all zeros."""
    vocabulary = json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.__getitem__)
    special = [word in _ROLES.values() for word in words]
    writer = GGUFWriter(file, "bert")
    writer.add_context_length(window)
    writer.add_block_count(_BLOCKS)
    writer.add_embedding_length(_WIDTH)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(12)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(PoolingType.MEAN)
    writer.add_file_type(1)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_list(
        [
            word
            if marked
            else word.removeprefix("##")
            if word.startswith("##")
            else WORD_START + word
            for word, marked in zip(words, special, strict=True)
        ]
    )
    writer.add_token_types([TokenType.CONTROL if mark else TokenType.NORMAL for mark in special])
    writer.add_token_type_count(2)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    writer.add_add_sep_token(False)
    writer.add_bool("tokenizer.ggml.normalizer.lowercase", True)
    for role, word in _ROLES.items():
        writer.add_uint32(f"tokenizer.ggml.{role}_token_id", vocabulary[word])
    tensors = dict(_tensors(len(words), window))
    for name, shape in tensors.items():
        kind = np.float16 if len(shape) > 1 and name not in _SINGLE else np.float32
        size = math.prod(shape) * np.dtype(kind).itemsize
        writer.add_tensor_info(name, shape, np.dtype(kind), size)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with file.open("rb+") as hollow:  # the weights are zeros, which take no room
        hollow.truncate(file.stat().st_size + 4 * sum(map(math.prod, tensors.values())) + 4096)


def _tensors(words: int, window: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and the shape of each tensor of the embedder."""
    yield "token_embd.weight", (words, _WIDTH)
    yield "position_embd.weight", (window, _WIDTH)
    yield "token_types.weight", (2, _WIDTH)
    for block in range(_BLOCKS):
        layers = {f"attn_{name}": (_WIDTH, _WIDTH) for name in ("q", "k", "v", "output")}
        layers |= {"ffn_up": (_INNER, _WIDTH), "ffn_down": (_WIDTH, _INNER)}
        for name, shape in layers.items():
            yield f"blk.{block}.{name}.weight", shape
            yield f"blk.{block}.{name}.bias", shape[:1]
        for name in ("attn_output_norm", "layer_output_norm"):
            yield f"blk.{block}.{name}.weight", (_WIDTH,)
            yield f"blk.{block}.{name}.bias", (_WIDTH,)
    for part in ("weight", "bias"):
        yield f"token_embd_norm.{part}", (_WIDTH,)
