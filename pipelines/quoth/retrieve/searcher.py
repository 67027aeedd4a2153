"""Searches a collection: candidates, then reranking, diversity and whole sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import numpy as np
from langchain_core.runnables import Runnable

from quoth.collection import DenseIndex, Scope, Store
from quoth.config import Retrieval
from quoth.embed import Embedder
from quoth.errors import FingerprintError
from quoth.retrieve.candidates import CandidateSearch
from quoth.retrieve.expand import Expansion
from quoth.retrieve.fuse import Weights
from quoth.retrieve.languages import tell_language
from quoth.retrieve.query import Query
from quoth.retrieve.question import Hits, Question, check_limits, check_question
from quoth.retrieve.rerank import Reranker
from quoth.retrieve.sections import grow_to_sections
from quoth.text import diversify
from quoth.types import Chunk, Hit, Vectors

_DIVERSE_FACTOR = 4
"""The number of hits that diversity chooses among, for each that is returned."""


class CollectionSearcher:
    """Searches one collection. Safe to call from many threads.

    `expander` adds texts to search with, `reranker` reorders the best hits; both are off where they
    are not given.
    """

    def __init__(
        self,
        store: Store,
        index: DenseIndex,
        embedder: Embedder,
        settings: Retrieval,
        weights: Weights | None = None,
        *,
        expander: Runnable[str, Expansion] | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.settings = settings
        self.weights = weights or Weights()
        self.expander = expander
        self.reranker = reranker
        self._candidates = CandidateSearch(store, index, self.weights)

    def with_settings(self, settings: Retrieval) -> CollectionSearcher:
        """Return a searcher of the same collection with other settings."""
        return CollectionSearcher(
            self.store,
            self.index,
            self.embedder,
            settings,
            self.weights,
            expander=self.expander,
            reranker=self.reranker,
        )

    def search(self, question: str, *, k: int | None = None, scope: Scope | None = None) -> Hits:
        """Return the best `k` hits, best first; only those within `scope`, where one is given.

        All hits come from one snapshot of the collection, even while another process writes. Raises
        `UsageError` for an empty question, `FingerprintError` when the collection was built with
        another embedder.
        """
        text = check_question(question)
        check_limits(k, scope)
        parsed = Question(text, self.embedder, tell_language(text, self.store.languages()))
        check_embedder(self.store, self.embedder)
        expansion = self.expander.invoke(parsed.text) if self.expander else Expansion()
        self.store.follow_analyser(self.index.lock)
        self.index.follow()
        with self.store.snapshot():
            check_embedder(self.store, self.embedder)
            hits = self._hits(
                Query(parsed, expansion, tuple(self.store.languages())), k or self.settings.k, scope
            )
        return Hits(parsed, hits)

    def _hits(self, query: Query, k: int, scope: Scope | None) -> list[Hit]:
        ids = None if scope is None else self.store.select(scope)
        if ids is not None and not ids:
            return []
        limit = self._pool_size(k)
        scores = self._candidates.score(query, self.settings, limit=limit, ids=ids)
        order = sorted(scores.total, key=lambda id: (-scores.total[id], id))[:limit]
        chunks = self.store.chunks(order)
        best = {id: scores.total[id] for id in order if id in chunks}
        if self.reranker and best:
            best = self._rerank(self.reranker, query.question, {id: chunks[id] for id in best})
        if self.settings.diversity and best:
            best = self._diversify(best, k)
        hits = [
            Hit(
                self._limit_to_scope(chunks[id], scope),
                score,
                scores.dense.get(id),
                scores.keyword.get(id),
            )
            for id, score in islice(best.items(), k)
        ]
        tokens = self.settings.section_tokens
        return grow_to_sections(hits, self.store, tokens=tokens) if tokens else hits

    def _rerank(
        self, reranker: Reranker, question: Question, chunks: Mapping[int, Chunk]
    ) -> dict[int, float]:
        """Return the scores of a reranker by id, best first; equal ones stay in their order."""
        scores = reranker.scores(question.text, [chunk.text for chunk in chunks.values()])
        order = sorted(zip(chunks, scores, strict=True), key=lambda pair: -pair[1])
        return dict(order)

    def _diversify(self, scores: Mapping[int, float], k: int) -> dict[int, float]:
        """Return the values of the best `k` chunks that do not repeat one another, best first.

        Relevance and similarity lie between 0 and 1 whatever the range of an embedder's cosines.
        """
        ids, vectors = self.store.vectors(list(scores))
        values = np.asarray([scores[id] for id in ids], np.float32)
        similarities = _scale(vectors @ vectors.T)
        chosen = diversify(
            (1 - self.settings.diversity) * _scale(values),
            lambda index: similarities[index],
            redundancy=self.settings.diversity,
            limit=k,
        )
        return {ids[index]: value for index, value in chosen}

    def _limit_to_scope(self, chunk: Chunk, scope: Scope | None) -> Chunk:
        """Return the chunk with only those of its paths that are in the scope."""
        if scope is None or not chunk.also_at:
            return chunk
        held = self.store.paths_within(scope)
        source, *others = [path for path in (chunk.source, *chunk.also_at) if path in held]
        if source == chunk.source:
            return replace(chunk, also_at=tuple(others))
        document = self.store.document(source)
        stated = document.metadata if document else {}
        tags = {**stated, **self.store.tags().get(source, {})}
        return replace(chunk, source=source, also_at=tuple(others), tags=tags)

    def _pool_size(self, k: int) -> int:
        """Return the number of hits to reorder, from which the best `k` are taken."""
        reranked = self.settings.rerank if self.reranker else 0
        return max(k, reranked, _DIVERSE_FACTOR * k if self.settings.diversity else 0)


def check_embedder(store: Store, embedder: Embedder) -> None:
    """Raise `FingerprintError` when a collection was built with another embedder."""
    if store.meta("embedder") not in {None, embedder.fingerprint} and store.chunk_count():
        raise FingerprintError(
            "This collection was built with a different embedder from the configured one.",
            hint="Embed it again with the configured one: quoth reembed",
        )


def _scale(values: Vectors) -> Vectors:
    """Return values as shares of their range, from 0 to 1; ones where all are the same."""
    spread = values.max() - values.min()
    return (values - values.min()) / spread if spread else np.ones_like(values)
