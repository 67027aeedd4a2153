"""Embedders whose vectors another program or library computes: texts out, checked vectors back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import ClassVar

import numpy as np

from quoth.config import Embedding
from quoth.embed.contract import Advance, Embedder
from quoth.embed.conventions import Conventions
from quoth.embed.estimate import estimate_token_starts
from quoth.embed.prompts import JOINT_TOKENS, Prompts, choose_prompts
from quoth.embed.vectors import gather, to_unit_length
from quoth.errors import BackendError
from quoth.types import Vectors

USUAL_TOKENS = 512
"""The token limit of a model that states none."""
_PROBES = ("The lamp is lit.", "Wer zahlt die Miete?", "水は百度で沸く。", "x = 3.14")
_LEAD = 1.05
"""The ratio of the two largest numbers of a vector from which the order of both is certain."""


class DelegatingEmbedder(Embedder):
    """Puts prompts before texts, sends them in parts, and checks what comes back.

    `settings` may replace prompts and cut vectors; `name` is the name under which the family of
    the model is known. A subclass implements `rows`, `weights` and `tokens`. The tokens of a text
    are estimated, unless the subclass can count them.
    """

    at_once: ClassVar[int] = 32
    """Texts in one part."""

    def __init__(self, name: str, settings: Embedding) -> None:
        self.name = name
        self.embedding = settings
        self._width = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    @abstractmethod
    def rows(self, texts: list[str], *, query: bool) -> Sequence[Sequence[float]]:
        """Return a vector for each text, prompts included, all of them queries or none."""

    @property
    @abstractmethod
    def weights(self) -> str:
        """What tells the weights of the model from all others."""

    @property
    @abstractmethod
    def tokens(self) -> int:
        """The number of tokens that the model reads of a prompt and a text together."""

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the model and its conventions."""
        conventions = Conventions(prompts=self.prompts, dimensions=self.embedding.dimensions)
        return conventions.sign(self.weights)

    @cached_property
    def prompts(self) -> Prompts:
        """What is put before queries and passages."""
        return choose_prompts(self.embedding, names=(self.name,))

    @property
    def limit(self) -> int:
        """The number of tokens that the model reads of a passage."""
        return self._limit_after(self.prompts.passage)

    @property
    def query_limit(self) -> int:
        """The number of tokens that the model reads of a query."""
        return self._limit_after(self.prompts.query)

    def token_starts(self, text: str) -> Sequence[int]:
        """Return the offset of each token of a text, by an estimate that is rather too high."""
        return estimate_token_starts(text)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in a text."""
        return len(self.token_starts(text))

    def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each passage.

        Raises `ConfigurationError` for a text longer than the model reads, and `BackendError`.
        """
        return self._embed(texts, query=False, progress=progress)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return a (texts, dimension) array with a row of unit length for each query."""
        return self._embed(texts, query=True)

    def probe(self) -> str:
        """Return what tells the vectors of this model from those of others, from a few texts.

        It is their length, where the largest number of each is, and how near each text as a query
        is to itself as a passage. A number that hardly leads does not count, so that rounding
        changes nothing.
        """
        texts = list(_PROBES)
        passages, queries = (
            to_unit_length(self.rows(texts, query=query), texts=len(texts), model=self.name)
            for query in (False, True)
        )
        sizes = np.abs(passages)
        order = np.argsort(-sizes, axis=1)[:, :2]
        places = [
            str(first) if row[first] > _LEAD * row[second] else "-"
            for row, (first, second) in zip(sizes, order, strict=True)
        ]
        nearness = [f"{cosine:.1f}" for cosine in (passages * queries).sum(axis=1)]
        return ":".join([str(passages.shape[1]), *places, *nearness])

    def _limit_after(self, prompt: str) -> int:
        if not prompt:
            return self.tokens
        return max(1, self.tokens - self.count_tokens(prompt) - JOINT_TOKENS)

    def _embed(
        self, texts: Sequence[str], *, query: bool, progress: Advance | None = None
    ) -> Vectors:
        prompt = self.prompts.query if query else self.prompts.passage
        limit = self.query_limit if query else self.limit
        for text in texts:
            self.check_length(text, self.count_tokens(text), limit)

        def embed_parts() -> Iterator[Vectors]:
            for start in range(0, len(texts), self.at_once):
                part = [prompt + text for text in texts[start : start + self.at_once]]
                yield self._checked(self.rows(part, query=query), len(part))
                if progress:
                    progress(len(part))

        return gather(embed_parts(), len(texts))

    def _checked(self, rows: Sequence[Sequence[float]], texts: int) -> Vectors:
        vectors = to_unit_length(
            rows, texts=texts, dimensions=self.embedding.dimensions, model=self.name
        )
        width = vectors.shape[1]
        if self._width not in {0, width}:
            raise BackendError(
                f"{self.name} returned vectors of {width} numbers, and of {self._width} before.",
                hint="Another model may have been loaded under its name; run quoth reembed.",
            )
        self._width = width
        return vectors
