"""What every embedder is, whatever runs it: a LangChain `Embeddings` that knows its limits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from quoth.errors import ConfigurationError

Vectors = NDArray[np.float32]
Advance = Callable[[int], None]
"""Called with the number of texts that were embedded since the last call."""


class Embedder(Embeddings):
    """Turns texts into vectors of unit length. Nothing is loaded before it is used."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Return what tells these vectors from those of another model."""

    @property
    @abstractmethod
    def limit(self) -> int:
        """Return how many tokens of a text the model reads; the rest it would ignore."""

    @property
    @abstractmethod
    def engine_name(self) -> str:
        """Return the name of what many texts run on."""

    @property
    def address(self) -> str:
        """The address of the server that embeds; empty where it is done in this process."""
        return ""

    @abstractmethod
    def token_starts(self, text: str) -> list[int]:
        """Return the offset of each token of `text`."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`."""

    @abstractmethod
    def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each text.

        Raises `ConfigurationError` for a text longer than the model reads: nothing is cut.
        """

    def close(self) -> None:
        """Let go of what it holds."""

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

    def readable_text(self, text: str) -> str:
        """Return the beginning of a text that the model reads whole."""
        starts = self.token_starts(text)
        return text if len(starts) <= self.limit else text[: starts[self.limit]]

    def check_length(self, text: str, tokens: int) -> None:
        """Raise `ConfigurationError` when a text of so many tokens would be cut."""
        if tokens > self.limit:
            raise ConfigurationError(
                f"A text of {tokens} tokens is longer than the {self.limit} that the embedder "
                f"reads: {text[:60]!r}…",
                hint="Split it first; ingestion.chunk_tokens sets the size of chunks.",
            )
