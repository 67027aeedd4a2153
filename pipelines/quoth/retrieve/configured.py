"""The searcher that the configuration describes, with its expander and its reranker."""

from __future__ import annotations

from collections.abc import Callable

from quoth.collection import DenseIndex, Store
from quoth.config import Retrieval
from quoth.embed import Embedder
from quoth.journal import Journal
from quoth.models import LocalModel
from quoth.retrieve.expand import Expander
from quoth.retrieve.foreign import RetrieverSearcher
from quoth.retrieve.registry import open_retriever
from quoth.retrieve.rerank import CrossEncoderReranker, ModelReranker, Reranker
from quoth.retrieve.searcher import CollectionSearcher
from quoth.system import expand_home

OpenedSearcher = CollectionSearcher | RetrieverSearcher
"""What `open_searcher` returns."""


def open_searcher(
    store: Store,
    index: DenseIndex,
    embedder: Embedder,
    settings: Retrieval,
    model: Callable[[], LocalModel],
    *,
    journal: Journal | None = None,
) -> OpenedSearcher:
    """Return a searcher of a collection: ours, or one over the retriever of another package.

    `model` is called only if a part needs a model, whose calls are kept in `journal`.
    """
    expander = Expander(model(), settings.expand, journal=journal) if settings.expand else None
    searcher = CollectionSearcher(
        store,
        index,
        embedder,
        settings,
        expander=expander,
        reranker=_open_reranker(settings.reranker, model, journal),
    )
    return open_retriever(settings.retriever, searcher) if settings.retriever else searcher


def _open_reranker(
    name: str, model: Callable[[], LocalModel], journal: Journal | None
) -> Reranker | None:
    if not name:
        return None
    if name == "model":
        return ModelReranker(model=model(), journal=journal)
    return CrossEncoderReranker(folder=expand_home(name))
