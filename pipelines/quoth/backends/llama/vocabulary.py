"""Counts tokens with a model's own tokenizer, without loading the model.

llama.cpp opens a file that holds the vocabulary of the model's GGUF and one layer of zeros, and
tokenizes with it. The code and the tables are those that will read the prompt, and take a few
megabytes.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, BinaryIO

from quoth.backends.llama.http import LlamaHttpClient
from quoth.errors import BackendError
from quoth.system import ScratchFolder, import_quietly
from quoth.weights import Array, Gguf, Tensor, check_tokens, encode_entry, encode_header

_WIDTH = 32
_HOLLOW = tuple(
    encode_entry(key, value)
    for key, value in (
        ("general.architecture", "llama"),
        ("llama.context_length", 256),
        ("llama.embedding_length", _WIDTH),
        ("llama.block_count", 1),
        ("llama.feed_forward_length", _WIDTH),
        ("llama.attention.head_count", 1),
        ("llama.attention.head_count_kv", 1),
        ("llama.rope.dimension_count", _WIDTH),
        ("llama.attention.layer_norm_rms_epsilon", 1e-5),
    )
)


class Vocabulary:
    """The tokenizer of a GGUF file, loaded when it is constructed. Safe to call from many threads.

    `splits_words` is true for WordPiece, none of whose tokens crosses white space. Raises
    `BackendError` for a vocabulary that this build of llama.cpp does not know.
    """

    def __init__(self, gguf: Gguf) -> None:
        xllamacpp = import_quietly("xllamacpp")

        check_tokens(gguf)
        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.n_ctx = 256
        parameters.n_batch = parameters.n_ubatch = 32
        parameters.n_parallel = 1
        parameters.n_gpu_layers = 0
        parameters.fit_params = False
        parameters.cache_ram_mib = 0
        for share in (parameters.cpuparams, parameters.cpuparams_batch):
            share.n_threads = 1
            share.poll = 0
        parameters.api_keys = [key]
        parameters.ui = parameters.warmup = False
        parameters.offline = True
        parameters.verbosity = -1
        with ScratchFolder() as scratch:
            file = scratch.path / "vocabulary.gguf"
            _write_hollow_model(gguf, file)
            parameters.model.path = str(file)
            try:
                self._server: Any = xllamacpp.Server(parameters)
            except RuntimeError as error:
                raise BackendError(
                    "This build of llama.cpp does not support the vocabulary of "
                    f"{gguf.path.name}: {error}."
                ) from error
        self.splits_words = gguf.values.get("tokenizer.ggml.model") == "bert"
        self.client = LlamaHttpClient(self._server.listening_address, api_key=key, timeout=60)

    def count(self, text: str) -> int:
        """Return the number of tokens in `text`, without BOS."""
        return len(self.client.tokenize(text))

    def close(self) -> None:
        """Free the memory and the connections."""
        self.client.close()
        del self._server


def _write_hollow_model(gguf: Gguf, file: Path) -> None:
    """Write a model with the vocabulary of `gguf` and a single narrow layer of zeros."""
    tokens = gguf.values.get("tokenizer.ggml.tokens")
    if not isinstance(tokens, Array):
        raise BackendError(f"{gguf.path.name} holds no vocabulary.")
    spans = [
        span
        for key, span in gguf.spans.items()
        if key.startswith("tokenizer.") and key != "tokenizer.chat_template"
    ]
    with gguf.path.open("rb") as source:
        entries = [_read(source, *span) for span in spans]
    tensors = _hollow_tensors(tokens.length)
    header = encode_header([*_HOLLOW, *entries], tensors)
    with file.open("wb") as target:
        target.write(header)
        target.truncate(len(header) + sum(tensor.bytes for tensor in tensors))


def _hollow_tensors(tokens: int) -> list[Tensor]:
    square, row = (_WIDTH, _WIDTH), (_WIDTH,)
    return [
        Tensor("token_embd.weight", "F16", (_WIDTH, tokens)),
        Tensor("output_norm.weight", "F32", row),
        *(Tensor(f"blk.0.{name}_norm.weight", "F32", row) for name in ("attn", "ffn")),
        *(Tensor(f"blk.0.attn_{name}.weight", "F16", square) for name in ("q", "k", "v", "output")),
        *(Tensor(f"blk.0.ffn_{name}.weight", "F16", square) for name in ("gate", "up", "down")),
    ]


def _read(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)
