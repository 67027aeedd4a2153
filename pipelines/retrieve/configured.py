"""A searcher as the configuration has it, with the model-made parts that it asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipelines.backends.model import LocalModel
from pipelines.config import Retrieval
from pipelines.embed import Embedder
from pipelines.index import DenseIndex
from pipelines.retrieve.expand import Expander
from pipelines.retrieve.registry import open_retriever
from pipelines.retrieve.rerank import CrossEncoderReranker, ModelReranker, Reranker
from pipelines.retrieve.searcher import Searcher
from pipelines.store import Store


def open_searcher(
    store: Store,
    index: DenseIndex,
    embedder: Embedder,
    settings: Retrieval,
    model: Callable[[], LocalModel],
) -> Searcher:
    """Return a searcher of a collection, or what stands over the retriever of another package.

    `model` is called only where a part needs a model.
    """
    searcher = Searcher(
        store,
        index,
        embedder,
        settings,
        expander=Expander(model(), settings.expand) if settings.expand else None,
        reranker=_reranker(settings.reranker, model),
    )
    return open_retriever(settings.retriever, searcher) if settings.retriever else searcher


def _reranker(chosen: str, model: Callable[[], LocalModel]) -> Reranker | None:
    if not chosen:
        return None
    if chosen == "model":
        return ModelReranker(model=model())
    return CrossEncoderReranker(folder=Path(chosen).expanduser())
