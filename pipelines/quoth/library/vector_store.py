"""A collection as a LangChain vector store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Self

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from quoth.collection import Record, Scope, read_conditions
from quoth.errors import UsageError
from quoth.ingest import add_documents, remove_documents
from quoth.library.arguments import check_texts
from quoth.library.collections import DEFAULT_COLLECTION
from quoth.library.parts import Parts
from quoth.types import Chunk, Vectors

Filter = Scope | Mapping[str, Any] | Callable[[Document], bool]
"""What limits a search: a scope, conditions on metadata as Chroma has them, or a function."""
_IGNORED = {"batch_size"}
"""Options of other stores, which LangChain passes to all of them."""


class CollectionVectorStore(VectorStore):
    """A collection as a LangChain `VectorStore`: documents in by id, the nearest by cosine out.

    Documents come back as they were added, with their ids and metadata; a document is found by its
    best chunk. What was ingested from files is found, too, as chunks. The search is by cosine, as
    in other vector stores; `Library.as_retriever` also searches by words.

    `filter` is a `Scope`, a mapping as Chroma's `where` (`{"year": {"$gte": 2020}}`), or a function
    of a document.

    >>> store = library.as_vector_store()
    >>> store.add_texts(["The shed has a new roof."], [{"source": "shed.txt"}], ids=["shed"])
    ['shed']
    >>> store.similarity_search("The shed has a new roof.", k=1)[0].metadata
    {'source': 'shed.txt'}
    >>> store.delete(["shed"])
    True
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def __repr__(self) -> str:
        return f"<CollectionVectorStore of {self._parts!r}>"

    @property
    def embeddings(self) -> Embeddings:
        """The embedder of the collection."""
        return self._parts.embedder

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        collection: str = DEFAULT_COLLECTION,
        home: str | PathLike[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a store over a collection in a home, with these texts added."""
        _refuse_options(kwargs)
        store = cls(Parts(collection, home=home, embedder=embedding))
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts, each in place of the one with its id; return their ids.

        Raises `UsageError` for what is no text, for metadata that JSON cannot hold, for ids that
        come twice, and for lists of different lengths; then nothing is written.
        """
        given = check_texts(texts, "texts")
        if not isinstance(metadatas, list | tuple | None):
            raise UsageError.of_argument("metadatas", expected="a list of `dict`", came=metadatas)
        facts = [{} for _ in given] if metadatas is None else list(metadatas)
        if len(facts) != len(given):
            raise UsageError(f"There are {len(facts)} `metadatas` for {len(given)} `texts`.")
        for number, metadata in enumerate(facts):
            if not isinstance(metadata, dict):
                raise UsageError.of_argument(
                    f"metadatas[{number}]", expected="a `dict`", came=metadata
                )
        documents = [
            Document(page_content=text, metadata=metadata)
            for text, metadata in zip(given, facts, strict=True)
        ]
        return self.add_documents(documents, ids=ids, **kwargs)

    def add_documents(
        self, documents: list[Document], *, ids: Sequence[str | None] | None = None, **kwargs: Any
    ) -> list[str]:
        """Add documents, each in place of the one with its id; return their ids.

        Raises `UsageError` as `add_texts` does.
        """
        _refuse_options(kwargs)
        return add_documents(self._parts.ingestor, documents, ids=ids)[0]

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete added documents by id, all of them without `ids`; unknown ids are passed over.

        Raises `UsageError` for a chunk of a file that was ingested: `Library.remove` removes those.
        """
        _refuse_options(kwargs)
        wanted = self._parts.store.records.ids() if ids is None else check_texts(ids, "ids")
        known = self._parts.store.records.named(wanted)
        for chunk in self._chunks([id for id in wanted if id not in known]).values():
            raise UsageError(
                f"{chunk.id} is a chunk of {chunk.source}, which was ingested from a file.",
                hint="`Library.remove` takes whole sources out of a collection.",
            )
        remove_documents(self._parts.ingestor, wanted)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents with these ids, in this order; unknown ids are left out."""
        ids = check_texts(ids, "ids")
        records = self._parts.store.records.named(ids)
        chunks = self._chunks([id for id in ids if id not in records])
        found = {**{id: _as_document(record) for id, record in records.items()}}
        found |= {str(id): _chunk_document(chunk) for id, chunk in chunks.items()}
        return [found[id] for id in dict.fromkeys(ids) if id in found]

    def similarity_search(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        """Return the `k` documents nearest to a text, best first."""
        found = self.similarity_search_with_score(query, k, filter=filter, **kwargs)
        return [document for document, _ in found]

    def similarity_search_with_score(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """Return the `k` documents nearest to a text, each with its cosine, best first."""
        _refuse_options(kwargs)
        return self._search(self._vector_of(query), k, filter)

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        """Return the `k` documents nearest to a vector, best first."""
        _refuse_options(kwargs)
        return [document for document, _ in self._search(self._unit(embedding), k, filter)]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """Return `k` of the `fetch_k` documents nearest to a text that repeat one another little.

        `lambda_mult` weighs nearness against difference, from 0 to 1. Source: Carbonell and
        Goldstein 1998, "maximal marginal relevance".
        """
        _refuse_options(kwargs)
        return self._diverse(self._vector_of(query), k, fetch_k, lambda_mult, filter)

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """Return documents as `max_marginal_relevance_search`, for a vector."""
        _refuse_options(kwargs)
        return self._diverse(self._unit(embedding), k, fetch_k, lambda_mult, filter)

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: min(1.0, max(0.0, cosine))

    def _vector_of(self, query: str) -> Vectors:
        if not isinstance(query, str):
            raise UsageError.of_argument("query", expected="a text", came=query)
        return self._parts.embedder.query_vector(query)

    def _unit(self, embedding: Sequence[float]) -> Vectors:
        """Return a vector of unit length. Raises `UsageError` for what is none of the embedder."""
        try:
            vector = np.asarray(embedding, np.float32)
        except (TypeError, ValueError) as error:
            raise UsageError.of_argument(
                "embedding", expected="a list of numbers", came=embedding
            ) from error
        length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
        if not np.isfinite(length) or not length:
            raise UsageError("`embedding` must be a list of numbers that are not all 0.")
        width = self._parts.store.vectors(self._parts.store.chunk_ids()[:1])[1].shape[1]
        if width not in (0, len(vector)):
            raise UsageError(
                f"`embedding` has {len(vector)} numbers, and the vectors of the collection {width}."
            )
        return vector / length

    def _diverse(
        self, vector: Vectors, k: int, fetch_k: int, weight: float, filter: Filter | None
    ) -> list[Document]:
        near = [document for document, _ in self._search(vector, max(k, fetch_k), filter)]
        if not near:
            return []
        texts = [self._parts.embedder.clip(document.page_content) for document in near]
        vectors = list(self._parts.embedder.embed(texts))
        chosen = maximal_marginal_relevance(vector, vectors, lambda_mult=weight, k=k)
        return [near[place] for place in chosen]

    def _search(
        self, vector: Vectors, k: int, filter: Filter | None
    ) -> list[tuple[Document, float]]:
        """Return the nearest documents, each once, with the cosine of its best chunk."""
        if not isinstance(k, int) or k < 1:
            raise UsageError(f"`k` must be a number of documents from 1, not {k!r}.")
        accepts = _condition(filter)
        parts = self._parts
        parts.check_embedder()
        parts.index.follow()
        with parts.store.snapshot():
            among = parts.store.select(filter) if isinstance(filter, Scope) else None
            chunks = parts.store.chunk_count() if among is None else len(among)
            wanted = min(chunks, 2 * k)
            while True:
                found = self._found(vector, wanted, among, accepts)
                if len(found) >= k or wanted >= chunks:
                    return found[:k]
                wanted = min(chunks, 4 * wanted)

    def _found(
        self,
        vector: Vectors,
        chunks: int,
        among: Sequence[int] | None,
        accepts: Callable[[Document], bool],
    ) -> list[tuple[Document, float]]:
        if not chunks:
            return []
        nearest = self._parts.index.search(vector, chunks, among=among)
        held = self._parts.store.chunks([id for id, _ in nearest])
        found: dict[str, tuple[Document, float]] = {}
        for id, cosine in nearest:
            for document in self._documents_at(held[id]) if id in held else ():
                if accepts(document):
                    found.setdefault(str(document.id), (document, float(cosine)))
        return list(found.values())

    def _documents_at(self, chunk: Chunk) -> Iterator[Document]:
        """Yield the added documents that a chunk is a part of, or the chunk itself."""
        paths = (chunk.source, *chunk.also_at)
        records = self._parts.store.records.at(paths, chunk.page, chunk.start)
        yield from map(_as_document, records)
        if len(records) < len(paths):
            yield _chunk_document(chunk)

    def _chunks(self, ids: Iterable[str]) -> dict[int, Chunk]:
        """Return the chunks of ingested files that ids name."""
        store = self._parts.store
        numbers = [int(id) for id in ids if isinstance(id, str) and id.isascii() and id.isdecimal()]
        added = store.records.paths() if numbers else frozenset()
        chunks = store.chunks([number for number in numbers if number < 2**63])
        return {id: chunk for id, chunk in chunks.items() if chunk.source not in added}


def _as_document(record: Record) -> Document:
    return Document(id=record.id, page_content=record.text, metadata=dict(record.metadata))


def _chunk_document(chunk: Chunk) -> Document:
    return Document(id=str(chunk.id), page_content=chunk.text, metadata=chunk.as_metadata())


def _condition(filter: Filter | None) -> Callable[[Document], bool]:
    """Return the function that says whether a document may be found. Raises `UsageError`."""
    if filter is None or isinstance(filter, Scope):
        return lambda document: True
    if callable(filter):
        return filter
    if isinstance(filter, Mapping):
        conditions = list(read_conditions(filter))
        return lambda document: all(each.holds(document.metadata) for each in conditions)
    raise UsageError.of_argument(
        "filter", expected="a `Scope`, a mapping or a function of a document", came=filter
    )


def _refuse_options(options: Mapping[str, Any]) -> None:
    """Raise `UsageError` for options that a collection does not have."""
    unknown = sorted(options.keys() - _IGNORED)
    if unknown:
        raise UsageError(f"A collection has no option `{unknown[0]}`.")
