"""A LangChain retriever as a searcher: what it finds becomes hits, which answers cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from quoth.collection import Scope, Store
from quoth.config import Retrieval
from quoth.embed import Embedder
from quoth.errors import BackendError, QuothError, UsageError
from quoth.load import first_page_of, page_label_of, page_of
from quoth.retrieve.languages import tell_language
from quoth.retrieve.question import Hits, Question, check_limits, check_question
from quoth.types import Chunk, Hit, Tags

_PLACE = {"source", "title", "page", "page_label", "start", "end", "headings", "language"}
_SPAN = {"start", "end"}
"""What chunks of ours state, whose pages are counted from 1."""
_SCORES = {"also_at", "score", "dense_score", "keyword_score", "collection"}


class RetrieverSearcher:
    """Searches with a LangChain retriever; answers cite its results.

    Chunks of the collection in `store` are recognized by the id and the source of their document.
    Other text needs only `source` in its metadata, and `page` if it has pages.
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
        """Return the first `k` documents that the retriever finds within `scope`, as hits.

        Raises `BackendError` for whatever the retriever raises, and `UsageError` where it returns
        anything but documents.
        """
        text = check_question(question)
        check_limits(k, scope)
        parsed = Question(text, self.embedder, tell_language(text, self.store.languages()))
        hits = self._with_cosines(parsed, self._hits(self._find(parsed.text)))
        if scope is not None:
            ids = set(self.store.select(scope))
            hits = [hit for hit in hits if _is_within(hit.chunk, scope, ids)]
        return Hits(parsed, hits[: k or self.settings.k])

    def _find(self, question: str) -> Sequence[Document]:
        name = type(self.retriever).__name__
        try:
            found = self.retriever.invoke(question)
        except QuothError:
            raise
        except NotImplementedError as error:
            raise BackendError(
                f"The retriever {name} cannot be called synchronously: "
                "it has no `_get_relevant_documents`.",
                hint="Quoth calls retrievers from threads.",
            ) from error
        except Exception as error:  # whatever a foreign class raises
            raise BackendError(
                f"The retriever {name} failed with {type(error).__name__}: {error}"
            ) from error
        if not isinstance(found, Sequence):
            raise UsageError.of_argument(
                f"{name}.invoke", expected="a function that returns documents", came=found
            )
        for number, document in enumerate(found):
            if not isinstance(document, Document):
                raise UsageError.of_argument(
                    f"{name}.invoke(…)[{number}]", expected="a LangChain `Document`", came=document
                )
        return found

    def _hits(self, documents: Sequence[Document]) -> list[Hit]:
        """Return documents as hits; those that are chunks of the collection keep their ids."""
        numbers = [int(each.id) for each in documents if each.id and each.id.isdecimal()]
        return as_hits(documents, stored=self.store.chunks(numbers) if numbers else {})

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


def as_hits(
    documents: Sequence[Document], *, stored: Mapping[int, Chunk] | None = None
) -> list[Hit]:
    """Return LangChain documents as hits; those that are `stored` chunks, by id, keep their ids.

    Pages that another loader counts from 0 are counted from 1.
    """
    metadatas: dict[str, list[Mapping[str, Any]]] = {}
    for each in documents:
        metadatas.setdefault(_source_of(each), []).append(each.metadata)
    firsts = {source: first_page_of(each) for source, each in metadatas.items()}
    hits = []
    for each in documents:
        id = _stored_id(each, stored or {})
        is_ours = id is not None or each.metadata.keys() >= _SPAN
        hits.append(_as_hit(each, id=id, first=1 if is_ours else firsts[_source_of(each)]))
    return hits


def _source_of(document: Document) -> str:
    return str(document.metadata.get("source") or document.id or "")


def _stored_id(document: Document, stored: Mapping[int, Chunk]) -> int | None:
    """Return the id of the chunk of the collection that a document is; `None` for another text."""
    if not (document.id and document.id.isdecimal()):
        return None
    known = stored.get(int(document.id))
    if known is None or _source_of(document) not in (known.source, *known.also_at):
        return None
    return known.id


def _is_within(chunk: Chunk, scope: Scope, ids: set[int]) -> bool:
    """Return whether a chunk of the collection, or a text from elsewhere, is within a scope."""
    if chunk.id is not None:
        return chunk.id in ids
    first, last = scope.pages or (chunk.page, chunk.page)
    return (
        scope.holds(chunk.source) and first <= chunk.page <= last and scope.holds_tags(chunk.tags)
    )


def _as_hit(document: Document, *, id: int | None, first: int) -> Hit:
    """Return a document as a hit, with the id of its chunk; pages are counted from `first`."""
    facts = document.metadata
    start = _whole(facts.get("start", facts.get("start_index")))
    source = _source_of(document)
    headings = facts.get("headings")
    chunk = Chunk(
        source=source,
        title=str(facts.get("title") or source),
        page=page_of(facts, first=first),
        page_label=page_label_of(facts),
        start=start,
        end=start + len(document.page_content),
        text=document.page_content,
        headings=tuple(map(str, headings)) if isinstance(headings, list | tuple) else (),
        id=id,
        tags=_tags_of(facts),
    )
    return Hit(
        chunk,
        _number(facts.get("score")) or 0.0,
        _number(facts.get("dense_score")),
        _number(facts.get("keyword_score")),
    )


def _tags_of(facts: Mapping[str, Any]) -> Tags:
    """Return the metadata that say no place and are plain values."""
    return {
        key: value
        for key, value in facts.items()
        if key not in _PLACE | _SCORES and isinstance(value, str | int | float | bool)
    }


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
