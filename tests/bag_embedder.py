"""An embedder of words, which needs no model: a text is the sum of its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from quoth.embed import Embedder
from quoth.text import analyse, encode_word
from quoth.types import Vectors

WIDTH = 64


class BagEmbedder(Embedder):
    """`queries` are the questions that were embedded."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    @property
    def fingerprint(self) -> str:
        return "bag"

    @property
    def limit(self) -> int:
        return 256

    @property
    def engine_name(self) -> str:
        return "bag"

    def token_starts(self, text: str) -> list[int]:
        return list(range(0, len(text), 4))

    def count_tokens(self, text: str) -> int:
        return len(self.token_starts(text))

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        return np.stack([self.vector_of(text) for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.queries += texts
        return self.embed(texts)

    def query_vector(self, text: str) -> Vectors:
        self.queries.append(text)
        return self.vector_of(text)

    def vector_of(self, text: str) -> Vectors:
        vector = np.full(WIDTH, 1e-3, np.float32)
        for word in analyse(text):
            vector[encode_word(word) % WIDTH] += 1
        return np.asarray(vector / np.linalg.norm(vector), np.float32)
