"""Counts tokens with a model's own tokenizer, without loading the model.

llama.cpp opens a file that holds the vocabulary of the model's GGUF and one layer of zeros, and
tokenizes with it. The code and the tables are those that will read the prompt, and take a few
megabytes.
"""

from __future__ import annotations

import math
import secrets
import struct
import tempfile
from pathlib import Path
from typing import Any

from quoth.backends.llama.http import LlamaHttpClient
from quoth.errors import BackendError
from quoth.weights import Array, Gguf

_WIDTH = 32
_F16, _F32 = 1, 0
_ALIGNMENT = 32


class Vocabulary:
    """The tokenizer of a GGUF file, loaded when it is constructed. Safe to call from many threads.

    Raises `BackendError` for a vocabulary that this build of llama.cpp does not know.
    """

    def __init__(self, gguf: Gguf) -> None:
        import xllamacpp

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
        with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
            file = Path(folder) / "vocabulary.gguf"
            _write_hollow_model(gguf, file)
            parameters.model.path = str(file)
            try:
                self._server: Any = xllamacpp.Server(parameters)
            except RuntimeError as error:
                raise BackendError(
                    "This build of llama.cpp does not support the vocabulary of "
                    f"{gguf.path.name}: {error}."
                ) from error
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
    keys = [
        span
        for key, span in gguf.spans.items()
        if key.startswith("tokenizer.") and key != "tokenizer.chat_template"
    ]
    facts = [
        _string("general.architecture", "llama"),
        *(
            _number(f"llama.{key}", value)
            for key, value in (
                ("context_length", 256),
                ("embedding_length", _WIDTH),
                ("block_count", 1),
                ("feed_forward_length", _WIDTH),
                ("attention.head_count", 1),
                ("attention.head_count_kv", 1),
                ("rope.dimension_count", _WIDTH),
            )
        ),
        _key("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", 6, 1e-5),
    ]
    square, row = (_WIDTH, _WIDTH), (_WIDTH,)
    shapes = {"token_embd.weight": (_WIDTH, tokens.length), "output_norm.weight": row}
    shapes |= {f"blk.0.{name}_norm.weight": row for name in ("attn", "ffn")}
    shapes |= {f"blk.0.attn_{name}.weight": square for name in ("q", "k", "v", "output")}
    shapes |= {f"blk.0.ffn_{name}.weight": square for name in ("gate", "up", "down")}
    infos, offset = b"", 0
    for name, shape in shapes.items():
        kind = _F32 if shape == row else _F16
        infos += _key(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        infos += struct.pack("<IQ", kind, offset)
        offset += _pad(math.prod(shape) * (4 if kind == _F32 else 2))
    with gguf.path.open("rb") as source, file.open("wb") as target:
        target.write(b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(keys) + len(facts)))
        target.write(b"".join(facts))
        for begin, end in keys:
            source.seek(begin)
            target.write(source.read(end - begin))
        target.write(infos)
        target.truncate(_pad(target.tell()) + offset)


def _pad(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _key(name: str) -> bytes:
    return struct.pack("<Q", len(name.encode())) + name.encode()


def _string(key: str, value: str) -> bytes:
    return _key(key) + struct.pack("<I", 8) + _key(value)


def _number(key: str, value: int) -> bytes:
    return _key(key) + struct.pack("<II", 4, value)
