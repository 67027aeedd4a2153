"""Vectors from a server that speaks OpenAI's `/v1/embeddings`: vLLM, LM Studio, llama.cpp, TEI, ….

The servers differ in their tokenizers, so tokens are estimated; the limit is the server's where it
states one. Source: the reference of OpenAI's API, "Create embeddings".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from quoth.backends.openai.wire import connect, find_entry, list_models, stated_windows
from quoth.backends.overflow import refused_text_error
from quoth.backends.stated import whole_number
from quoth.config import Embedding, ModelSettings
from quoth.embed import USUAL_TOKENS, DelegatingEmbedder, tokens_of_family
from quoth.errors import BackendError, ConfigurationError, ContextOverflowError, ModelNotFoundError
from quoth.text import is_unspaced, split_characters

_CHARACTERS_A_TOKEN = 5
"""The most characters of a script without spaces that tokens hold on average over a text."""


class OpenAIEmbedder(DelegatingEmbedder):
    """Turns texts into vectors on a server, with the prompts of the model's family.

    Raises `ConfigurationError` without an address.
    """

    def __init__(self, name: str, settings: ModelSettings, embedding: Embedding) -> None:
        super().__init__(name, embedding)
        if not settings.url:
            raise ConfigurationError(
                f"The embedder openai-compatible:{name} needs the address of its server.",
                hint="As in: --set embedding.url=http://127.0.0.1:8000",
            )
        self._http = connect(settings)

    @property
    def address(self) -> str:
        """The address of the server."""
        return self._http.url

    @property
    def engine_name(self) -> str:
        """The name of the engine: the address of the server."""
        return self._http.url

    @cached_property
    def weights(self) -> str:
        """The server's name of the model, and what the vectors of a few texts are like."""
        return f"{self._entry.get('id', self.name)}:{self.probe()}"

    @cached_property
    def tokens(self) -> int:
        """The token limit that the server states, else that of the family, else the usual one."""
        limits = stated_windows(self._entry)
        limits.append(tokens_of_family(self.name) or (0 if limits else USUAL_TOKENS))
        return min(limit for limit in limits if limit)

    def rows(self, texts: list[str], *, query: bool) -> Sequence[Sequence[float]]:
        """Return a vector for each text. Raises `BackendError`."""
        body = {"model": self._entry.get("id", self.name), "input": texts}
        try:
            answer = self._http.json("POST", "/v1/embeddings", body, quick=False)
        except ContextOverflowError as error:
            raise refused_text_error(self.name, error) from error
        entries = answer.get("data")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise BackendError(f"The server at {self._http.url} answered without vectors.")
        self._check_read(answer.get("usage"), texts)
        order = sorted(entries, key=lambda entry: whole_number(entry.get("index")))
        return [self._numbers(entry.get("embedding")) for entry in order]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @cached_property
    def _entry(self) -> Mapping[str, Any]:
        """What the server says of the model; empty where it lists no models."""
        try:
            entries = list_models(self._http)
        except ModelNotFoundError:  # a server without a list of models
            return {}
        return find_entry(self._http, self.name, entries)

    def _check_read(self, usage: object, texts: list[str]) -> None:
        """Raise `BackendError` when the server read fewer tokens than the texts make at least."""
        read = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        least = sum(map(_least_tokens, texts))
        if isinstance(read, int) and 0 < read < least:
            raise BackendError(
                f"The server at {self._http.url} read {read} tokens of texts that make at least "
                f"{least}: it cut them.",
                hint="Lower ingestion.chunk_tokens, or raise the window of the server.",
            )

    def _numbers(self, embedding: object) -> Sequence[float]:
        """Return the numbers of a vector, which may be the base64 of 32-bit floats."""
        if isinstance(embedding, str):
            try:
                numbers = np.frombuffer(base64.b64decode(embedding, validate=True), "<f4")
            except (binascii.Error, ValueError) as error:
                raise self._unreadable() from error
            return [float(number) for number in numbers]
        if isinstance(embedding, list) and all(isinstance(n, int | float) for n in embedding):
            return embedding
        raise self._unreadable()

    def _unreadable(self) -> BackendError:
        return BackendError(
            f"The server at {self._http.url} answered with a vector that is no list of numbers.",
            hint="Is the model an embedder, and does the server pool its tokens?",
        )


def _least_tokens(text: str) -> int:
    """Return the fewest tokens that a text makes: its words, or a share of its characters."""
    unspaced = sum(map(is_unspaced, split_characters(text)))
    return max(len(text.split()), unspaced // _CHARACTERS_A_TOKEN)
