"""Vectors from an Ollama server, through LangChain's `OllamaEmbeddings`; nothing is cut.

Ollama shortens a text that is too long for an embedder without a word. So the real limit is asked
for, every text is counted before, and `truncate: false` is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from pipelines.backends.ollama import Ollama
from pipelines.backends.ollama_wire import (
    WholeTransport,
    client_options,
    close_client,
    closing,
    our_errors,
    server_address,
)
from pipelines.config import Backend
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from langchain_ollama import OllamaEmbeddings

_AROUND = 2
"""The tokens that an embedder puts around a text."""


class OllamaEmbedder(Embeddings):
    """Turns texts into vectors on an Ollama server."""

    def __init__(self, name: str, settings: Backend) -> None:
        self.name = name
        self.settings = settings
        self._model = Ollama.open(name, settings)

    @property
    def fingerprint(self) -> str:
        """Return what tells these vectors from those of another model."""
        return self._model.describe().fingerprint

    @property
    def limit(self) -> int:
        """Return how many tokens of a text the model reads."""
        return self._model.describe().context_window - _AROUND

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`, or a bound where the vocabulary is not here."""
        return self._model.count_tokens(text)

    def token_starts(self, text: str) -> list[int]:
        """Return the offset of each token of `text`."""
        return self._model.token_starts(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text.

        Raises `ConfigurationError` for a text longer than the model reads, and `BackendError`.
        """
        self._check(texts)
        with our_errors(server_address(self.settings), self.name):
            return self._embeddings.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]

    def close(self) -> None:
        """Close the connections."""
        self._model.close()
        if "_embeddings" in self.__dict__:
            close_client(self._embeddings)

    def _check(self, texts: Sequence[str]) -> None:
        for text in texts:
            if (length := self.count_tokens(text)) > self.limit:
                raise ConfigurationError(
                    f"A text of {length} tokens is longer than the {self.limit} that {self.name} "
                    f"reads: {text[:60]!r}…",
                    hint="Split it first; ingestion.chunk_tokens sets the size of chunks.",
                )

    @cached_property
    def _embeddings(self) -> OllamaEmbeddings:
        from langchain_ollama import OllamaEmbeddings

        return closing(
            OllamaEmbeddings(
                model=self.name,
                base_url=server_address(self.settings),
                num_ctx=self._model.describe().context_window,
                client_kwargs=client_options(self.settings),
                sync_client_kwargs={"transport": WholeTransport()},
            )
        )
