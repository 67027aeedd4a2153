"""Finding chunks: dense, keyword, and both fused. A LangChain retriever on top."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from pipelines.config import Retrieval
from pipelines.embed import Embedder
from pipelines.errors import FingerprintError, UsageError
from pipelines.index import DenseIndex
from pipelines.store import Store
from pipelines.types import Hit

_WORD = re.compile(r"\w+")
_RANK_CONSTANT = 60
MAX_QUESTION_CHARACTERS = 20_000


class Searcher:
    """Searches one collection."""

    def __init__(
        self, store: Store, index: DenseIndex, embedder: Embedder, settings: Retrieval
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.settings = settings

    def search(self, question: str, *, k: int | None = None) -> list[Hit]:
        """Return the best `k` hits, best first. Raises `UsageError` for an empty question."""
        question = checked_question(question)
        held = self.store.meta("embedder")
        if held is not None and held != self.embedder.fingerprint and self.store.chunk_count():
            raise FingerprintError(
                "This collection was built with another embedder than the configured one.",
                hint="`carrel reembed` builds it anew with the configured one.",
            )
        k = k or self.settings.k
        dense = self._dense(question) if self.settings.mode != "keyword" else {}
        keyword = self._keyword(question) if self.settings.mode != "dense" else {}
        scores: dict[int, float] = {}
        for side in (dense, keyword):
            for rank, id in enumerate(side):
                scores[id] = scores.get(id, 0.0) + 1.0 / (_RANK_CONSTANT + rank + 1)
        best = sorted(scores, key=lambda id: -scores[id])[:k]
        chunks = self.store.chunks(best)
        return [
            Hit(chunks[id], scores[id], dense.get(id), keyword.get(id))
            for id in best
            if id in chunks
        ]

    def _dense(self, question: str) -> dict[int, float]:
        vector = self.embedder.query_vector(question)
        return dict(self.index.search(vector, self.settings.candidates))

    def _keyword(self, question: str) -> dict[int, float]:
        words = dict.fromkeys(_WORD.findall(question.lower()))
        if not words:
            return {}
        expression = " OR ".join(f'"{word}"' for word in list(words)[:64])
        return dict(self.store.keyword_search(expression, self.settings.candidates))


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
