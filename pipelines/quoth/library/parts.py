"""The parts of a library, wired from its configuration, each replaceable by the caller's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from os import PathLike
from threading import RLock
from typing import Any, Self

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever

from quoth.answer import Answerer, Catalog
from quoth.collection import DenseIndex, Scope, Store
from quoth.config import Config, Retrieval, load_config, state_folder
from quoth.embed import Embedder
from quoth.ingest import Ingestor, open_ingestor, open_splitter
from quoth.journal import Journal
from quoth.library.arguments import check_path, check_texts
from quoth.library.collections import DEFAULT_COLLECTION, check_name
from quoth.library.door import AnySearcher, check_config, check_parts
from quoth.library.lazy import LazyPart
from quoth.models import LocalModel, open_embedder, open_model
from quoth.retrieve import (
    RetrieverSearcher,
    Searcher,
    SeveralSearcher,
    check_embedder,
    check_limits,
    grow_in_several,
    grow_to_sections,
    open_searcher,
)
from quoth.system import WriteLock, make_folder
from quoth.text import Splitter
from quoth.types import Hit
from quoth.views import register_views

_CLOSED = ("model", "embedder", "index", "store", "journal")
"""The parts that hold memory or files."""
_SHARED = ("model", "embedder", "journal")
"""The parts that several collections may share."""


class Parts:
    """The parts of a library of one collection.

    Nothing is opened before it is used. Any thread may use any part. A part that is passed to the
    constructor takes the place of the configured one, and is left open when the library is closed:
    any LangChain chat model, embeddings, and retriever or vector store. Of a chat model that is not
    one of Quoth, tokens are estimated, the bytes of prompts are not known, and temperature and seed
    are its own.
    Questions and searches are also put to the collections `beside` this one. The embedder, the
    model and the journal are those of `shares`, where it is given: they are made once for several
    collections, on first use, and closed with it.
    """

    def __init__(
        self,
        collection: str = DEFAULT_COLLECTION,
        *,
        config: Config | None = None,
        home: str | PathLike[str] | None = None,
        model: BaseChatModel | None = None,
        embedder: Embeddings | None = None,
        splitter: Splitter | None = None,
        searcher: AnySearcher | None = None,
        store: Store | None = None,
        journal: Journal | None = None,
        beside: Sequence[str] = (),
        shares: Parts | None = None,
    ) -> None:
        self.collection = check_name(collection)
        self.config = check_config(config) or load_config().config
        self.home = check_path(home, "home") if home is not None else state_folder()
        self.folder = self.home / "collections" / collection
        self._shares = shares
        self.making = RLock()
        self.process = 0
        self.beside = tuple(
            Parts(name, config=self.config, home=self.home, shares=self)
            for name in check_texts(beside, "beside")
        )
        given = check_parts(
            self.config,
            model=model,
            embedder=embedder,
            splitter=splitter,
            searcher=searcher,
            store=store,
            journal=journal,
        )
        self._given = given.by_name()
        self._retriever = given.retriever
        self.made: dict[str, Any] = dict(self._given)
        register_views()

    def __repr__(self) -> str:
        names = ", ".join(repr(one.collection) for one in (self, *self.beside))
        return f"<{type(self).__name__} {names} in {str(self.home)!r}>"

    def _make_home(self) -> None:
        """Make the folder of Quoth for its owner alone, unless it is there."""
        with suppress(OSError):  # who writes into it tells why it cannot be made
            make_folder(self.home, private=True)

    @LazyPart
    def store(self) -> Store:
        """The SQLite file that holds the collection."""
        self._make_home()
        return Store(self.folder / "library.sqlite")

    @LazyPart
    def lock(self) -> WriteLock:
        """The lock of the collection, held by the one process that writes."""
        self._make_home()
        return WriteLock(self.folder / "write.lock")

    @LazyPart
    def index(self) -> DenseIndex:
        """The dense index over the vectors in the store."""
        return DenseIndex(self.store, self.folder / "chroma", self.lock)

    @LazyPart
    def embedder(self) -> Embedder:
        """The embedder: texts → vectors; a LangChain `Embeddings`."""
        if self._shares:
            return self._shares.embedder
        self._make_home()
        return open_embedder(self.config)

    @LazyPart
    def splitter(self) -> Splitter:
        """The splitter: document → chunks; a LangChain `Runnable`."""
        return open_splitter(self.embedder, self.config.ingestion)

    @LazyPart
    def model(self) -> LocalModel:
        """The language model; a LangChain chat model."""
        if self._shares:
            return self._shares.model
        return open_model(
            self.config.backend,
            prompt_folders=self.config.prompt_folders,
            guard=self.config.guard,
        )

    @LazyPart
    def searcher(self) -> Searcher:
        """The searcher: question → hits, also of the collections beside this one."""
        if self._retriever:
            return self.searcher_over(self._retriever)
        own = self.open_searcher(self.config.retrieval)
        if not self.beside:
            return own
        others = {part.collection: part.searcher for part in self.beside}
        return SeveralSearcher({self.collection: own, **others}, k=self.config.retrieval.k)

    def _grow(self, hits: Sequence[Hit], tokens: int) -> Sequence[Hit]:
        """Return hits grown within their sections, each in its own collection."""
        if not self.beside:
            return grow_to_sections(hits, self.store, tokens=tokens)
        stores = {part.collection: part.store for part in (self, *self.beside)}
        return grow_in_several(hits, stores, tokens=tokens)

    @LazyPart
    def answerer(self) -> Answerer:
        """The answerer: question → answer; a LangChain `Runnable`."""
        return self.answerer_within(None)

    def answerer_within(self, scope: Scope | None) -> Answerer:
        """Return an answerer over the part of the collection within a scope."""
        check_limits(scope=scope)
        return Answerer(
            self.searcher,
            self.model,
            self.config.answering,
            journal=self.journal,
            catalog=None if self.beside else Catalog(self.store, scope),
            k=self.config.retrieval.k if "k" in self.config.retrieval.model_fields_set else None,
            grow=self._grow,
            scope=scope,
        )

    @LazyPart
    def journal(self) -> Journal:
        """The record of finished model calls, shared by all collections."""
        if self._shares:
            return self._shares.journal
        self._make_home()
        return Journal(self.home / "journal.sqlite")

    @LazyPart
    def ingestor(self) -> Ingestor:
        """The ingestor: files and folders → collection."""
        return open_ingestor(
            self.store,
            self.index,
            self.embedder,
            self.lock,
            self.config.ingestion,
            splitter=self.splitter,
            state=self.home / "collections",
        )

    def open_searcher(self, settings: Retrieval) -> Searcher:
        """Return a searcher of the collection with settings other than the configured ones."""
        return open_searcher(
            self.store,
            self.index,
            self.embedder,
            settings,
            lambda: self.model,
            journal=self.journal,
        )

    def check_embedder(self) -> None:
        """Raise `FingerprintError` when the collection was built with another embedder."""
        check_embedder(self.store, self.embedder)

    def searcher_over(self, retriever: BaseRetriever) -> Searcher:
        """Return a searcher of what a LangChain retriever finds."""
        return RetrieverSearcher(
            retriever, store=self.store, embedder=self.embedder, settings=self.config.retrieval
        )

    def close(self) -> None:
        """Unload the model and close the files; a part is opened again when it is used."""
        if self.process not in (0, os.getpid()):
            return  # a fork has no right to close what its parent uses
        with self.making:
            others = {*self._given, *(_SHARED if self._shares else ())}
            for name in _CLOSED:
                if name in self.made and name not in others:
                    self.made[name].close()
            self.made = dict(self._given)
        for part in self.beside:
            part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
