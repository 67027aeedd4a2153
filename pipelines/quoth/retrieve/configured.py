"""A searcher as the configuration has it, with the model-made parts that it asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from quoth.collection import DenseIndex, Store
from quoth.config import Retrieval
from quoth.embed import Embedder
from quoth.models import LocalModel
from quoth.retrieve.expand import Expander
from quoth.retrieve.registry import open_retriever
from quoth.retrieve.rerank import CrossEncoderReranker, ModelReranker, Reranker
from quoth.retrieve.searcher import Searcher


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
