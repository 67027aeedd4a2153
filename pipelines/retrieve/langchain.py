"""A collection as a LangChain retriever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from pipelines.retrieve.searcher import Searcher
from pipelines.store import Scope
from pipelines.types import Hit


class CollectionRetriever(BaseRetriever):
    """A LangChain retriever over one collection, within `scope` where one is given."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int | None = None
    scope: Scope | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return as_langchain(self.searcher.search(query, k=self.k, scope=self.scope))


def as_langchain(hits: Sequence[Hit]) -> list[Document]:
    """Return hits as LangChain documents; the metadata says where each stands."""
    return [
        Document(id=str(hit.chunk.id), page_content=hit.chunk.text, metadata=_metadata(hit))
        for hit in hits
    ]


def _metadata(hit: Hit) -> dict[str, Any]:
    return {
        "source": hit.chunk.source,
        "also_at": list(hit.chunk.also_at),
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
