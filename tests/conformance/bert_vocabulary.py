"""Writes the vocabulary of the embedded embedder as a GGUF file, as llama.cpp's converter does."""

from __future__ import annotations

import json
from pathlib import Path

from gguf import GGUFWriter, PoolingType, TokenType

WORD_START = "▁"


def write_vocabulary(tokenizer: Path, file: Path, *, window: int) -> None:
    """Write the WordPiece vocabulary in a `tokenizer.json`; there are no weights."""
    vocabulary = json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.__getitem__)
    special = [word.startswith("[") and word.endswith("]") and len(word) > 1 for word in words]
    writer = GGUFWriter(file, "bert")
    writer.add_context_length(window)
    writer.add_block_count(6)
    writer.add_embedding_length(384)
    writer.add_feed_forward_length(1536)
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
    for role, word in (
        ("bos", "[CLS]"),
        ("eos", "[SEP]"),
        ("unk", "[UNK]"),
        ("sep", "[SEP]"),
        ("pad", "[PAD]"),
        ("mask", "[MASK]"),
        ("cls", "[CLS]"),
    ):
        writer.add_uint32(f"tokenizer.ggml.{role}_token_id", vocabulary[word])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
