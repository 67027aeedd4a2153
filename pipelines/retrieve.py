"""Finding chunks: dense, keyword, and both fused. A LangChain retriever on top."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from pipelines.config import Retrieval
from pipelines.embed import Embedder
from pipelines.errors import FingerprintError, UsageError
from pipelines.fuse import Candidates, Question, Weights, fuse, inverse_frequency
from pipelines.index import DenseIndex
from pipelines.store import Store
from pipelines.types import Hit
from pipelines.words import analyse, plain

MAX_QUESTION_CHARACTERS = 20_000
_MOST_POSTINGS = 10_000
"""Entries of the keyword index that one search reads; the rarest words are read first."""


class Searcher:
    """Searches one collection. Safe to call from many threads."""

    def __init__(
        self,
        store: Store,
        index: DenseIndex,
        embedder: Embedder,
        settings: Retrieval,
        weights: Weights | None = None,
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.settings = settings
        self.weights = weights or Weights()
        self._lock = threading.Lock()
        self._statistics = _Statistics(store, -1)

    def search(self, question: str, *, k: int | None = None) -> list[Hit]:
        """Return the best `k` hits, best first. Raises `UsageError` for an empty question."""
        question = checked_question(question)
        held = self.store.meta("embedder")
        if held is not None and held != self.embedder.fingerprint and self.store.chunk_count():
            raise FingerprintError(
                "This collection was built with another embedder than the configured one.",
                hint="`carrel reembed` builds it anew with the configured one.",
            )
        mode = self.settings.mode
        dense: dict[int, float] = {}
        keyword: dict[int, float] = {}
        vector = None
        if mode != "keyword":
            vector = self.embedder.query_vector(question)
            dense = dict(self.index.search(vector, max(self.settings.candidates, k or 0)))
        if mode != "dense":
            words = self._rarest(analyse(question)) if mode == "hybrid" else analyse(question)
            limit = max(self.settings.candidates, k or 0)
            keyword = dict(self.store.keyword_search(words, limit))
        if vector is not None and mode == "hybrid":
            scores, dense = self._fused(question, vector, {*dense, *keyword})
        else:
            scores = dense or keyword
        best = sorted(scores, key=lambda id: (-scores[id], id))[: k or self.settings.k]
        chunks = self.store.chunks(best)
        return [
            Hit(chunks[id], scores[id], dense.get(id), keyword.get(id))
            for id in best
            if id in chunks
        ]

    def _fused(
        self, question: str, vector: Any, ids: set[int]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Return the fused score and the cosine of every candidate."""
        rows = self.store.signals(sorted(ids))
        if not rows:
            return {}, {}
        words = analyse(question)
        vectors = np.frombuffer(b"".join(row[3] for row in rows), np.float32)
        found = Candidates(
            vectors=vectors.reshape(len(rows), -1),
            packed_words=[row[2] for row in rows],
            texts=[plain(row[1]).lower() for row in rows],
        )
        statistics = self._current()
        asked = Question(
            vector=vector,
            text=" ".join(plain(question).lower().split()),
            words=words,
            idf={word: statistics.idf(word) for word in set(words)},
            average_length=statistics.average_length,
        )
        scores = fuse(asked, found, self.weights)
        cosines = found.vectors @ vector
        return (
            {row[0]: float(score) for row, score in zip(rows, scores, strict=True)},
            {row[0]: float(cosine) for row, cosine in zip(rows, cosines, strict=True)},
        )

    def _rarest(self, words: Sequence[str]) -> list[str]:
        """Return enough of the rarest words to find candidates; all words count in the fusion."""
        statistics = self._current()
        kept: list[str] = []
        postings = 0
        for word in sorted(set(words), key=statistics.frequency):
            frequency = statistics.frequency(word)
            postings += frequency
            if len(kept) >= 2 and postings > _MOST_POSTINGS:
                break
            kept += [word] if frequency else []
        return kept

    def _current(self) -> _Statistics:
        generation = self.store.generation
        with self._lock:
            if self._statistics.generation != generation:
                self._statistics = _Statistics(self.store, generation)
            return self._statistics


class _Statistics:
    """Facts about all chunks, as of one generation of the store."""

    def __init__(self, store: Store, generation: int) -> None:
        self.generation = generation
        self.count = store.chunk_count() if generation >= 0 else 0
        words = store.words_held() if generation >= 0 else 0
        self.average_length = words / self.count if self.count else 1.0
        self.frequency = lru_cache(maxsize=100_000)(store.frequency)

    def idf(self, word: str) -> float:
        return float(inverse_frequency(np.array(self.frequency(word)), self.count))


def checked_question(question: str) -> str:
    """Return the question without white space around it, or raise `UsageError`."""
    question = question.strip()
    if not question:
        raise UsageError("The question is empty.", hint='Ask something: carrel ask "What is …?"')
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"The question has {len(question):,} characters; "
            f"{MAX_QUESTION_CHARACTERS:,} are the most that can be asked.",
            hint="Put long texts into a file and ingest it, then ask about it.",
        )
    return question


class CollectionRetriever(BaseRetriever):
    """A LangChain retriever over one collection."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return as_langchain(self.searcher.search(query, k=self.k))


def as_langchain(hits: Sequence[Hit]) -> list[LangChainDocument]:
    """Return hits as LangChain documents; the metadata says where each stands."""
    return [
        LangChainDocument(
            id=str(hit.chunk.id), page_content=hit.chunk.text, metadata=_metadata(hit)
        )
        for hit in hits
    ]


def _metadata(hit: Hit) -> dict[str, Any]:
    return {
        "source": hit.chunk.source,
        "title": hit.chunk.title,
        "page": hit.chunk.page,
        "page_label": hit.chunk.page_label,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "headings": list(hit.chunk.headings),
        "score": hit.score,
        "dense_score": hit.dense_score,
        "keyword_score": hit.keyword_score,
    }
