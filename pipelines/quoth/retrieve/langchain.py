"""A collection as a LangChain retriever."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from quoth.collection import Scope
from quoth.retrieve.ports import Searcher
from quoth.types import Hit


class CollectionRetriever(BaseRetriever):
    """A LangChain retriever over one collection, within `scope` where one is given.

    `k` is the number of chunks; `invoke(question, k=…)` takes another for one call.

    >>> (document,) = library.retriever(k=1).invoke("deposit")
    >>> document.metadata["page"], document.metadata["headings"]
    (1, ['Lease of Unit 6'])
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int | None = None
    scope: Scope | None = None

    def __repr__(self) -> str:
        within = f", k={self.k}" * bool(self.k) + f", within {self.scope}" * bool(self.scope)
        return f"<CollectionRetriever over {type(self.searcher).__name__}{within}>"

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return as_langchain(self.searcher.search(query, k=k or self.k, scope=self.scope))


def as_langchain(hits: Sequence[Hit]) -> list[Document]:
    """Return hits as LangChain documents, with source, page and offsets in the metadata."""
    return [
        Document(id=str(hit.chunk.id), page_content=hit.chunk.text, metadata=hit.as_metadata())
        for hit in hits
    ]
