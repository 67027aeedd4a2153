"""Any LangChain `Embeddings` as an embedder of a collection."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.embeddings import Embeddings

from quoth.config import Embedding
from quoth.embed.contract import Embedder
from quoth.embed.delegate import USUAL_TOKENS, DelegatingEmbedder
from quoth.embed.families import tokens_of_family
from quoth.errors import BackendError, QuothError, UsageError
from quoth.system import find_address

_PLAIN = (str, int, float, bool)
_SECRETS = ("key", "token", "secret", "password")
_OPERATION = ("batch", "cache", "chunk", "process", "progress", "retr", "thread", "timeout", "url")
"""Parts of the names of parameters that change how vectors are fetched, and not the vectors."""
_LIMITS = ("embedding_ctx_length", "max_seq_length", "num_ctx")


class LangChainEmbedder(DelegatingEmbedder):
    """Turns texts into vectors through a LangChain `Embeddings` object.

    LangChain has no tokenizer of an embedder, so tokens are estimated. `limit_tokens` is the token
    limit of the model; without it, the one that the object states, that of its family, or 512.
    Prompts of its family are put before texts, except where the class adds its own: pass
    `settings` to replace them.
    """

    at_once = 64

    def __init__(
        self,
        embeddings: Embeddings,
        settings: Embedding | None = None,
        *,
        limit_tokens: int | None = None,
    ) -> None:
        self.embeddings = embeddings
        super().__init__(_model_name(embeddings), settings or Embedding())
        self._limit_tokens = limit_tokens

    @property
    def engine_name(self) -> str:
        """The name of the class."""
        return type(self.embeddings).__name__

    @property
    def address(self) -> str:
        """The address of the server that the object calls, as far as it states one."""
        return find_address(self.embeddings)

    @property
    def weights(self) -> str:
        """The class, its plain parameters, and what the vectors of a few texts are like."""
        shown = sorted(
            f"{name}={value!r}"
            for name, value in _parameters(self.embeddings)
            if not any(part in name.lower() for part in _OPERATION)
        )
        kind = f"{type(self.embeddings).__module__}.{type(self.embeddings).__qualname__}"
        text = "\n".join([kind, *shown, self.probe()])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def tokens(self) -> int:
        """The token limit that was given, else as stated, else of the family."""
        if self._limit_tokens:
            return self._limit_tokens
        stated = dict(_parameters(self.embeddings))
        for name in _LIMITS:
            if isinstance(value := stated.get(name), int) and value > 0:
                return value
        return tokens_of_family(self.name) or USUAL_TOKENS

    def rows(self, texts: list[str], *, query: bool) -> Sequence[Sequence[float]]:
        """Return a vector for each text, from the object's method for passages or queries."""
        try:
            if query:
                return [self.embeddings.embed_query(text) for text in texts]
            return self.embeddings.embed_documents(texts)
        except QuothError:
            raise
        except Exception as error:  # whatever a foreign class raises
            raise BackendError(
                f"{self.engine_name} could not embed {len(texts)} texts: {error}."
            ) from error


def as_embedder(embeddings: object, settings: Embedding | None = None) -> Embedder:
    """Return an embedder of Quoth as it is, and any other LangChain `Embeddings` as one.

    Raises `UsageError` for anything else.
    """
    if isinstance(embeddings, Embedder):
        return embeddings
    if isinstance(embeddings, Embeddings):
        return LangChainEmbedder(embeddings, settings)
    raise UsageError.of_argument(
        "embedder",
        expected="a LangChain `Embeddings` object",
        came=embeddings,
        hint="A subclass of it has `embed_documents` and `embed_query`.",
    )


def _model_name(embeddings: Embeddings) -> str:
    """Return the name of the model that an object uses, or that of its class."""
    for name in ("model", "model_name", "repo_id", "model_id"):
        value = getattr(embeddings, name, None)
        if isinstance(value, str) and value:
            return value
    return type(embeddings).__name__


def _parameters(embeddings: Embeddings) -> Iterator[tuple[str, Any]]:
    """Yield the public parameters of an object that are plain values and no secrets."""
    for name, value in sorted(vars(embeddings).items()):
        secret = any(part in name.lower() for part in _SECRETS)
        if isinstance(value, _PLAIN) and not name.startswith("_") and not secret:
            yield name, value
