"""The door of a library: parts of the caller's own, checked before anything is opened."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore

from quoth.backends import as_model
from quoth.collection import Store
from quoth.config import Config
from quoth.embed import Embedder, as_embedder
from quoth.errors import UsageError
from quoth.journal import Journal
from quoth.library.arguments import check_kind
from quoth.models import LocalModel
from quoth.retrieve import Searcher
from quoth.text import Splitter

AnySearcher = Searcher | BaseRetriever | VectorStore
"""What can search in the place of Quoth."""


@dataclass(frozen=True, slots=True)
class GivenParts:
    """Parts of the caller's own, as Quoth uses them.

    A retriever, or the one of a vector store, becomes a searcher when the library makes it one: a
    searcher needs the embedder.
    """

    model: LocalModel | None = None
    embedder: Embedder | None = None
    splitter: Splitter | None = None
    searcher: Searcher | None = None
    store: Store | None = None
    journal: Journal | None = None
    retriever: BaseRetriever | None = field(default=None, kw_only=True)

    def by_name(self) -> dict[str, object]:
        """Return the parts that were given, by the name of the part that each replaces."""
        names = ("model", "embedder", "splitter", "searcher", "store", "journal")
        parts = {name: getattr(self, name) for name in names}
        return {name: part for name, part in parts.items() if part is not None}


def check_parts(
    config: Config,
    *,
    model: BaseChatModel | None,
    embedder: Embeddings | None,
    splitter: Splitter | None,
    searcher: AnySearcher | None,
    store: Store | None,
    journal: Journal | None,
) -> GivenParts:
    """Return the caller's own parts as Quoth uses them.

    Raises `UsageError`, which names the argument, what it must be and what came, and `EgressError`
    for a model or an embedder that states an address that the configuration does not permit.
    """
    retriever = _as_retriever(searcher, config)
    return GivenParts(
        model=None if model is None else _check_model(model, config),
        embedder=None if embedder is None else _check_embedder(embedder, config),
        splitter=check_kind(
            splitter, Splitter, "splitter", "a `Splitter` of Quoth", hint=_SPLIT_BEFORE
        ),
        searcher=None if retriever or searcher is None else _check_searcher(searcher),
        store=check_kind(store, Store, "store", "a `Store` of Quoth", hint=_STORE_ELSEWHERE),
        journal=check_kind(journal, Journal, "journal", "a `Journal` of Quoth"),
        retriever=retriever,
    )


def check_config(config: Config | None) -> Config | None:
    """Return a configuration, or raise `UsageError`."""
    hint = "`quoth.load_config().config` is one."
    checked: Config | None = check_kind(config, Config, "config", "a `Config`", hint=hint)
    return checked


_SPLIT_BEFORE = "Split documents by a splitter of LangChain first, and add the pieces: `add`."
_STORE_ELSEWHERE = "A vector store of your own searches as `searcher`."


def _check_model(model: BaseChatModel, config: Config) -> LocalModel:
    made = as_model(model, config.backend)
    config.guard.check_address(made.address)
    return made


def _check_embedder(embedder: Embeddings, config: Config) -> Embedder:
    made = as_embedder(embedder, config.embedding)
    config.guard.check_address(made.address)
    return made


def _as_retriever(searcher: object, config: Config) -> BaseRetriever | None:
    if isinstance(searcher, VectorStore):
        return searcher.as_retriever(search_kwargs={"k": config.retrieval.k})
    return searcher if isinstance(searcher, BaseRetriever) else None


def _check_searcher(searcher: Any) -> Searcher:
    """Return a searcher whose `search` takes what Quoth passes, or raise `UsageError`."""
    try:
        if not isinstance(searcher, type):
            inspect.signature(searcher.search).bind("question", k=1, scope=None)
            found: Searcher = searcher
            return found
    except (AttributeError, TypeError, ValueError):
        pass
    raise UsageError.of_argument(
        "searcher",
        expected="a LangChain retriever or vector store, or have `search(question, *, k, scope)`",
        came=searcher,
    )
