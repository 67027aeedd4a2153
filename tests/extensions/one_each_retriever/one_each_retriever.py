"""A retriever that shows every document once: the best passage of each."""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from quoth.retrieve import CollectionRetriever, CollectionSearcher


class OneEach(BaseRetriever):
    """Takes the best passage of each document from what Quoth finds."""

    found: CollectionRetriever

    def _get_relevant_documents(self, query: str, **kwargs: Any) -> list[Document]:
        best: dict[str, Document] = {}
        for document in self.found.invoke(query):
            best.setdefault(document.metadata["source"], document)
        return list(best.values())


def one_each(searcher: CollectionSearcher) -> OneEach:
    """Return the retriever over a collection."""
    return OneEach(found=CollectionRetriever(searcher=searcher, k=100))
