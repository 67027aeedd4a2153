"""The collections of one home, opened once: one model, one embedder and one journal for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from quoth.config import Config
from quoth.errors import UnknownCollectionError
from quoth.library.collections import STORE, is_name, list_collections
from quoth.library.remembered import Remembered

if TYPE_CHECKING:
    from quoth.collection import Source, Store
    from quoth.embed import Embedder
    from quoth.library.library import Library
    from quoth.models import LocalModel


class Shelf:
    """The collections of one home. Nothing is opened before it is used, and each only once.

    `served` are the names of those that are served, all when empty. `model` and `embedder` take
    the place of the configured ones. Any thread may use a shelf.
    """

    def __init__(
        self,
        config: Config,
        home: Path,
        *,
        served: Sequence[str] = (),
        model: LocalModel | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self.config = config
        self.home = home
        self._served = tuple(served)
        self._model, self._embedder = model, embedder
        self._libraries: dict[str, Library] = {}
        self._stores: dict[str, Store] = {}
        self._sources: Remembered[dict[str, Source]] = Remembered()
        self._parts: Library | None = None
        self._former: list[Library] = []
        self._lock = Lock()

    @property
    def parts(self) -> Library:
        """The library whose model, embedder and journal all collections use."""
        from quoth.library.library import Library

        with self._lock:
            if self._parts is None:
                self._parts = Library(
                    config=self.config, home=self.home, model=self._model, embedder=self._embedder
                )
            return self._parts

    @property
    def model(self) -> LocalModel:
        """The language model."""
        return self.parts.model

    @property
    def embedder(self) -> Embedder:
        """The embedder."""
        return self.parts.embedder

    @property
    def model_name(self) -> str:
        """The name of the language model, which is not opened for it."""
        return str(self._model.model) if self._model is not None else self.config.backend.model

    def change_model(self, name: str) -> None:
        """Let another model answer from now on, and unload the one before.

        `name` is `backend:name`. A model that cannot be opened changes nothing; see `open_model`
        for its errors. A call that the model before was answering ends with an error.
        """
        from quoth.library.library import Library
        from quoth.models import with_model

        parts, config = self.parts, with_model(self.config, name)
        changed = Library(
            config=config, home=self.home, embedder=parts.embedder, journal=parts.journal
        )
        changed.model.describe()
        with self._lock:
            self.config, self._model = config, None
            self._parts, self._libraries = changed, {}
            self._former.append(parts)
        parts.model.close()

    def names(self) -> list[str]:
        """Return the names of the collections that are served, sorted."""
        return sorted(filter(self.serves, {*list_collections(self.home), *self._served}))

    def serves(self, name: str) -> bool:
        """Whether a collection of this name may be served."""
        return is_name(name) and (not self._served or name in self._served)

    def check(self, name: str) -> None:
        """Raise `UnknownCollectionError` unless a collection of this name is served."""
        names = self.names()
        if name not in names:
            raise UnknownCollectionError(
                f"There is no collection {name!r}.",
                hint=f"There are: {', '.join(names) or 'none'}.",
            )

    def library(self, name: str) -> Library:
        """Return a collection with all its parts. Raises `UnknownCollectionError`."""
        from quoth.library.library import Library

        store, parts = self.store(name), self.parts
        with self._lock:
            if name not in self._libraries:
                self._libraries[name] = Library(
                    name, config=self.config, home=self.home, store=store, shares=parts
                )
            return self._libraries[name]

    def store(self, name: str) -> Store:
        """Return the store of a collection, which needs no model; see `library` for errors."""
        from quoth.collection import Store

        self.check(name)
        with self._lock:
            if name not in self._stores:
                self._stores[name] = Store(self.home / "collections" / name / STORE)
            return self._stores[name]

    def sources(self, name: str) -> Mapping[str, Source]:
        """Return the sources of a collection by their paths, in order, as of the last change."""
        store = self.store(name)
        return self._sources.get(
            name, store, lambda: {source.path: source for source in store.sources()}
        )

    def put_away(self, name: str) -> None:
        """Close a collection that is about to be deleted; its name may be that of another then."""
        with self._lock:
            library, store = self._libraries.pop(name, None), self._stores.pop(name, None)
            self._sources.forget(name)
        if library is not None:
            library.close()
        if store is not None:
            store.close()

    def close(self) -> None:
        """Unload the model and close the files."""
        for name in [*self._stores]:
            self.put_away(name)
        with self._lock:
            opened = [*self._former, *([self._parts] if self._parts else [])]
            self._former, self._parts = [], None
        for parts in reversed(opened):
            parts.close()
