"""A collection as a LangChain retriever, and a LangChain retriever as a searcher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from quoth.collection import Scope, Store
from quoth.config import Retrieval
from quoth.embed import Embedder
from quoth.retrieve.languages import tell_language
from quoth.retrieve.ports import Searcher
from quoth.retrieve.question import Hits, Question, check_question
from quoth.types import Chunk, Hit


class CollectionRetriever(BaseRetriever):
    """A LangChain retriever over one collection, within `scope` where one is given.

    >>> (document,) = library.retriever(k=1).invoke("deposit")
    >>> document.metadata["page"], document.metadata["headings"]
    (1, ['Lease of Unit 6'])
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int | None = None
    scope: Scope | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return as_langchain(self.searcher.search(query, k=self.k, scope=self.scope))


class RetrieverSearcher:
    """Searches with a LangChain retriever; answers cite its results.

    Chunks of the collection in `store` are recognized by the id of their document. Other text needs
    only `source` in its metadata, and `page` if it has pages.
    """

    def __init__(
        self, retriever: BaseRetriever, *, store: Store, embedder: Embedder, settings: Retrieval
    ) -> None:
        self.retriever = retriever
        self.store = store
        self.embedder = embedder
        self.settings = settings

    def with_settings(self, settings: Retrieval) -> RetrieverSearcher:
        """Return a searcher with the same retriever and other settings."""
        return RetrieverSearcher(
            self.retriever, store=self.store, embedder=self.embedder, settings=settings
        )

    def search(self, question: str, *, k: int | None = None, scope: Scope | None = None) -> Hits:
        """Return the first `k` documents that the retriever finds within `scope`, as hits."""
        text = check_question(question)
        parsed = Question(text, self.embedder, tell_language(text, self.store.languages()))
        documents = self.retriever.invoke(parsed.text)
        hits = self._with_cosines(parsed, [_as_hit(document) for document in documents])
        if scope is not None:
            ids = set(self.store.select(scope))
            hits = [hit for hit in hits if hit.chunk.id in ids]
        return Hits(parsed, hits[: k or self.settings.k])

    def _with_cosines(self, question: Question, hits: list[Hit]) -> list[Hit]:
        """Return the hits, each with the similarity that answering compares with its floor."""
        unknown = [hit for hit in hits if hit.dense_score is None]
        if not unknown:
            return hits
        texts = [self.embedder.clip(hit.chunk.text) for hit in unknown]
        cosines = iter(self.embedder.embed(texts) @ question.vector)
        return [
            replace(hit, dense_score=float(next(cosines))) if hit.dense_score is None else hit
            for hit in hits
        ]


def _as_hit(document: Document) -> Hit:
    facts = document.metadata
    start = int(facts.get("start") or 0)
    source = str(facts.get("source") or document.id or "")
    chunk = Chunk(
        source=source,
        title=str(facts.get("title") or source),
        page=int(facts.get("page") or 1),
        page_label=facts.get("page_label"),
        start=start,
        end=start + len(document.page_content),
        text=document.page_content,
        headings=tuple(facts.get("headings") or ()),
        id=int(document.id) if document.id and document.id.isdecimal() else None,
    )
    return Hit(
        chunk, float(facts.get("score") or 0), facts.get("dense_score"), facts.get("keyword_score")
    )


def as_langchain(hits: Sequence[Hit]) -> list[Document]:
    """Return hits as LangChain documents, with source, page and offsets in the metadata."""
    return [
        Document(id=str(hit.chunk.id), page_content=hit.chunk.text, metadata=hit.as_metadata())
        for hit in hits
    ]
