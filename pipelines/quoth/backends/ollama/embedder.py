"""Vectors from an Ollama server, through LangChain's `OllamaEmbeddings`; nothing is cut.

Ollama silently shortens a text that is too long for an embedder. So the real limit is looked up,
every text is counted before it is sent, and `truncate: false` is sent with it.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quoth.backends.ollama.facts import Facts, look_up
from quoth.backends.ollama.letter_rates import LetterRates
from quoth.backends.ollama.wire import (
    WholeTransport,
    client_options,
    connect,
    official_client,
    server_address,
    translate_errors,
)
from quoth.backends.overflow import refused_text_error
from quoth.backends.stated import whole_number
from quoth.config import Embedding, ModelSettings
from quoth.embed import DelegatingEmbedder
from quoth.errors import ContextOverflowError
from quoth.text import locate_tokens

if TYPE_CHECKING:
    from langchain_ollama import OllamaEmbeddings

_AROUND = 2
"""The tokens that an embedder puts around a text."""
_WINDOW = 8192
"""The largest window that is requested; an embedder reads at most its trained window."""
_WORD = re.compile(r"\s*(\S+)")
_REMEMBERED = 100_000
_SHORTEST = 16
"""The characters of a text that no embedder refuses for its length."""


class OllamaEmbedder(DelegatingEmbedder):
    """Turns texts into vectors on an Ollama server, with the prompts of the model's family."""

    def __init__(self, name: str, settings: ModelSettings, embedding: Embedding) -> None:
        super().__init__(name, embedding)
        self.settings = settings.model_copy(update={"context_window": _WINDOW, "template": ""})
        self._http = connect(self.settings)
        self._transport = WholeTransport(self.settings)
        weakref.finalize(self, self._transport.close)  # also when nobody closes it
        self._rates = LetterRates(self._count_read)
        self._word = lru_cache(maxsize=_REMEMBERED)(self.count_tokens)

    @property
    def weights(self) -> str:
        """The digest of the model."""
        return self._facts.description.fingerprint

    @property
    def address(self) -> str:
        """The address of the server."""
        return self._http.url

    @property
    def tokens(self) -> int:
        """The number of tokens that the model reads, beside those around a text."""
        return self._facts.description.context_window - _AROUND

    @property
    def engine_name(self) -> str:
        """The name of the engine: the address of the server."""
        return server_address(self.settings)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`, an estimate where no vocabulary is shown."""
        vocabulary = self._facts.vocabulary
        return self._rates.count(text) if vocabulary is None else vocabulary.count(text)

    def token_starts(self, text: str) -> list[int]:
        """Return the offset of each token of `text`, ascending.

        A tokenizer of words (WordPiece) normalizes case and accents, so its tokens cannot be
        located in the text. None of them crosses white space, so the tokens of each word are
        counted, and spread evenly over the word.
        """
        vocabulary = self._facts.vocabulary
        if vocabulary is None:
            return self._rates.starts(text)
        if not vocabulary.splits_words:
            return vocabulary.client.token_starts(text)
        starts: list[int] = []
        for match in _WORD.finditer(text):
            spread = locate_tokens(match[1], [0] * self._word(match[0]))
            starts += [match.start(1) + start for start in spread]
        return starts

    def rows(self, texts: list[str], *, query: bool) -> Sequence[Sequence[float]]:
        """Return a vector for each text. Raises `BackendError`.

        Where tokens are estimated, a text that proves too long gets the mean of the vectors of its
        halves.
        """
        try:
            return self._embed_whole(texts)
        except ContextOverflowError as error:
            if self._facts.vocabulary is not None:
                raise refused_text_error(self.name, error) from error
        return [self._embed_in_parts(text) for text in texts]

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
        self._http.close()
        if "_facts" in self.__dict__ and self._facts.vocabulary is not None:
            self._facts.vocabulary.close()

    def _embed_whole(self, texts: list[str]) -> list[list[float]]:
        with translate_errors(server_address(self.settings), self.name):
            return self._embeddings.embed_documents(texts)

    def _embed_in_parts(self, text: str) -> list[float]:
        try:
            return self._embed_whole([text])[0]
        except ContextOverflowError as error:
            if len(text) < _SHORTEST:
                raise refused_text_error(self.name, error) from error
        middle = text.find(" ", len(text) // 2)
        middle = middle if middle > 0 else len(text) // 2
        halves = np.array([self._embed_in_parts(part) for part in (text[:middle], text[middle:])])
        return [float(x) for x in (halves / np.linalg.norm(halves, axis=1, keepdims=True)).mean(0)]

    def _count_read(self, text: str) -> int:
        """Return the number of tokens that the server reads of a text, without those around it."""
        body = {"model": self.name, "input": text, "truncate": False}
        answer = self._http.json("POST", "/api/embed", body, quick=False)
        return max(0, whole_number(answer.get("prompt_eval_count")) - _AROUND)

    @cached_property
    def _facts(self) -> Facts:
        return look_up(self._http, self.name, self.settings)

    @cached_property
    def _embeddings(self) -> OllamaEmbeddings:
        official_client()  # before LangChain's package imports it
        from langchain_ollama import OllamaEmbeddings

        return OllamaEmbeddings(
            model=self.name,
            base_url=server_address(self.settings),
            num_ctx=self._facts.description.context_window,
            client_kwargs=client_options(self.settings),
            sync_client_kwargs={"transport": self._transport},
        )
