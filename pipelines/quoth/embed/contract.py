"""The contract of every embedder: a LangChain `Embeddings` that knows its limits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from langchain_core.embeddings import Embeddings

from quoth.embed.prompts import Prompts
from quoth.errors import ConfigurationError, UsageError
from quoth.types import Vectors

Advance = Callable[[int], None]
"""Called with the number of texts that were embedded since the last call."""


class Embedder(Embeddings):
    """Turns passages and queries into vectors of unit length.

    `embed` is for passages, the texts that are searched; `query_vector` and `embed_queries` are for
    queries. What the makers of a model put before either is put there; the limits and the counts
    are of the text alone. Nothing is loaded before it is used.

    >>> vectors = library.embedder.embed(["The deposit is 4,500 crowns.", "It rained."])
    >>> vectors.shape
    (2, 384)
    >>> similarities = vectors @ library.embedder.query_vector("How much is the deposit?")
    >>> int(similarities.argmax())
    0
    """

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """The fingerprint of the model and its conventions: vectors of another are not comparable.

        The weights, the prompts, the pooling and the dimensions all count.
        """

    @property
    @abstractmethod
    def limit(self) -> int:
        """The number of tokens that the model reads of a passage."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def query_limit(self) -> int:
        """The number of tokens that the model reads of a query."""
        return self.limit

    @property
    @abstractmethod
    def engine_name(self) -> str:
        """The name of the engine that many texts run on."""

    @property
    def address(self) -> str:
        """The address of the server that embeds; empty where this process does."""
        return ""

    @property
    def prompts(self) -> Prompts:
        """What is put before queries and passages."""
        return Prompts()

    def prepare(self) -> None:
        """Load what the first text would load. Errors are left to that text."""

    @abstractmethod
    def token_starts(self, text: str) -> Sequence[int]:
        """Return the offset of each token of a text."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in a text."""

    @abstractmethod
    def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
        """Return the vectors of passages, a row of unit length for each.

        Raises `ConfigurationError` for a text longer than `limit`: nothing is cut.
        """

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of queries, a row of unit length for each.

        Raises `ConfigurationError` for a query longer than `query_limit`; see `query_vector`.
        """
        return self.embed(texts)

    def close(self) -> None:
        """Release connections and memory."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each passage (LangChain's `Embeddings`)."""
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise UsageError.of_argument("texts", expected="a list of texts", came=texts)
        return [list(map(float, row)) for row in self.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a query (LangChain's `Embeddings`)."""
        if not isinstance(text, str):
            raise UsageError.of_argument("text", expected="a text", came=text)
        return [float(value) for value in self.query_vector(text)]

    def query_vector(self, text: str) -> Vectors:
        """Return the vector of a query; a longer one than the model reads gets its parts' mean."""
        parts = _cut(text, self.token_starts(text), self.query_limit, self.count_tokens)
        mean: Vectors = self.embed_queries(parts).mean(axis=0)
        return mean / np.linalg.norm(mean)

    def clip(self, text: str) -> str:
        """Return the text, or as much of its beginning as the model reads of a passage."""
        return _cut(text, self.token_starts(text), self.limit, self.count_tokens)[0]

    def check_length(self, text: str, tokens: int, limit: int | None = None) -> None:
        """Raise `ConfigurationError` when a text of `tokens` tokens is longer than `limit`.

        Without one, it is that of passages.
        """
        limit = self.limit if limit is None else limit
        if tokens > limit:
            raise ConfigurationError(
                f"A text of {tokens} tokens is longer than the {limit} that the embedder "
                f"reads: {text[:60]!r}…",
                hint="Split it first; ingestion.chunk_tokens sets the size of chunks.",
            )


def _cut(
    text: str, starts: Sequence[int], limit: int, count_tokens: Callable[[str], int]
) -> list[str]:
    """Return the text in parts of at most `limit` tokens each.

    A part that begins or ends within a word may have more tokens than it had in the text, so parts
    become shorter until each fits.
    """
    if len(starts) <= limit:
        return [text]
    size, parts = limit, [text]
    while size > 0:
        cuts = [0, *starts[size::size], len(text)]
        parts = [text[start:end] for start, end in pairwise(cuts)]
        if all(count_tokens(part) <= limit for part in parts):
            break
        size -= max(1, limit // 16)
    return parts
