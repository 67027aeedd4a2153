"""The collections that are served: one model and one embedder for all of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from quoth.config import Config
from quoth.server.failures import CONFLICT, NOT_FOUND, RefusedError
from quoth.server.state import make_id

if TYPE_CHECKING:
    from quoth.collection import Store
    from quoth.embed import Embedder
    from quoth.library import Library
    from quoth.models import LocalModel

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
"""The pattern of a collection's name."""


class Shelf:
    """The collections of one home. Nothing is opened before it is used.

    `served` are the names of those that are served, all when empty. `model` and `embedder` take
    the place of the configured ones. No request names a model or an embedder to load.
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
        self._given = {"model": model, "embedder": embedder}
        self._libraries: dict[str, Library] = {}
        self._stores: dict[str, Store] = {}
        self._parts: Library | None = None
        self._lock = Lock()

    @property
    def parts(self) -> Library:
        """The library whose model, embedder and journal all collections use."""
        with self._lock:
            if self._parts is None:
                from quoth.library import Library

                self._parts = Library(
                    config=self.config,
                    home=self.home,
                    model=self._given["model"],  # type: ignore[arg-type]
                    embedder=self._given["embedder"],  # type: ignore[arg-type]
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
        given = self._given["model"]
        return str(given.model) if given is not None else self.config.backend.model  # type: ignore[union-attr]

    def names(self) -> list[str]:
        """Return the names of the collections that are served, sorted."""
        stores = (self.home / "collections").glob("*/library.sqlite")
        there = {file.parent.name for file in stores} | set(self._served)
        return sorted(name for name in there if self.serves(name))

    def serves(self, name: str) -> bool:
        """Whether a collection of this name may be served."""
        return bool(re.match(NAME, name)) and (not self._served or name in self._served)

    def check(self, name: str) -> None:
        """Raise `RefusedError` unless a collection of this name is served."""
        if name not in self.names():
            raise RefusedError(
                NOT_FOUND,
                f"There is no collection {name!r}.",
                hint=f"There are: {', '.join(self.names()) or 'none'}.",
            )

    def library(self, name: str) -> Library:
        """Return a collection with all its parts. Raises `RefusedError`."""
        from quoth.library import Library

        self.check(name)
        parts, store = self.parts, self.store(name)
        with self._lock:
            if name not in self._libraries:
                self._libraries[name] = Library(
                    name, config=self.config, home=self.home, store=store, shares=parts
                )
            return self._libraries[name]

    def store(self, name: str) -> Store:
        """Return the store of a collection, which needs no model. Raises `RefusedError`."""
        from quoth.collection import Store

        self.check(name)
        with self._lock:
            if name not in self._stores:
                self._stores[name] = Store(self.home / "collections" / name / "library.sqlite")
            return self._stores[name]

    def create(self, name: str) -> None:
        """Make an empty collection. Raises `RefusedError` when there is one of this name."""
        from quoth.collection import Store

        file = self.home / "collections" / name / "library.sqlite"
        if not self.serves(name):
            raise RefusedError(CONFLICT, f"This server does not serve a collection {name!r}.")
        if file.exists():
            raise RefusedError(CONFLICT, f"There is a collection {name!r} already.")
        Store(file).close()

    def delete(self, name: str) -> None:
        """Remove a collection, at once for all readers, unless another process writes to it."""
        self.check(name)
        library = self.library(name)
        with library.lock.hold():
            with self._lock:
                self._libraries.pop(name, None)
                self._stores.pop(name, None)
            library.close()
            gone = self.home / "server" / make_id("deleted-")
            gone.parent.mkdir(parents=True, exist_ok=True)
            library.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def close(self) -> None:
        """Unload the model and close the files."""
        with self._lock:
            parts, self._parts = self._parts, None
            libraries, self._libraries = list(self._libraries.values()), {}
            stores, self._stores = list(self._stores.values()), {}
        for library in libraries:
            library.close()
        for store in stores:
            store.close()
        if parts is not None:
            parts.close()
