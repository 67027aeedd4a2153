"""The collections that a server shows: their libraries, and their documents by id."""

from __future__ import annotations

import glob
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from quoth.collection import Scope, Source
from quoth.config import Config
from quoth.errors import UsageError
from quoth.library import Library, check_collection
from quoth.mcp.addresses import document_id
from quoth.mcp.settings import AgentSettings

_LAST_PAGE = 2**31


class Shelf:
    """Opens each collection once. All share one embedder and one model, which are loaded on use."""

    def __init__(self, settings: AgentSettings, config: Config) -> None:
        self.settings = settings
        self._config = config
        self._libraries: dict[str, Library] = {}
        self._sources: dict[str, tuple[int, dict[str, Source]]] = {}
        self._lock = threading.Lock()

    def open(self, collection: str = "") -> Library:
        """Return the library of a collection, the first one by default. Raises `UsageError`."""
        name = collection or self.settings.collections[0]
        if name not in self.settings.collections:
            raise UsageError(
                f"There is no collection {name!r} here.",
                hint=f"Collections: {', '.join(self.settings.collections)}.",
            )
        with self._lock:
            if name not in self._libraries:
                self._libraries[name] = self._open(name)
            return self._libraries[name]

    def _open(self, name: str) -> Library:
        first = next(iter(self._libraries.values()), None)
        library = Library(name, config=self._config, shares=first)
        if not self.settings.roots:
            check_collection(library.home, name)
        return library

    def close(self) -> None:
        """Close all libraries."""
        for library in reversed([*self._libraries.values()]):
            library.close()

    def name(self, path: str) -> str:
        """Return what an agent is told of a path: the name of the file, unless paths are shown."""
        return path if self.settings.paths else PurePath(path).name

    def sources(self, library: Library) -> list[Source]:
        """Return the sources of a collection that the server shows, ordered by path."""
        return list(self._by_path(library).values())

    def document_of(self, library: Library, path: str) -> str:
        """Return the id of the document at a path; of a path that is gone, an id of nothing."""
        source = self._by_path(library).get(path)
        return document_id(library.collection, source.hash if source else "")

    def _by_path(self, library: Library) -> dict[str, Source]:
        """Return the sources that the server shows by their paths, as of the last change."""
        generation = library.store.generation
        known = self._sources.get(library.collection)
        if known is None or known[0] != generation:
            found: list[Source] = library.documents()
            if self.settings.scope is not None:
                visible = library.store.paths_within(self.settings.scope)
                found = [source for source in found if source.path in visible]
            known = (generation, {source.path: source for source in found})
            self._sources[library.collection] = known
        return known[1]

    def find(self, library: Library, document: str) -> Source:
        """Return the source with an id. Raises `UsageError`."""
        for source in self.sources(library):
            if document_id(library.collection, source.hash) == document:
                return source
        raise UsageError(
            f"There is no document {document!r}.", hint="`list_documents` has the ids."
        )

    def narrow(
        self,
        library: Library,
        documents: Sequence[str] = (),
        pages: str = "",
        since: str = "",
        until: str = "",
    ) -> Scope | None:
        """Return the scope of a call, within that of the server; `None` for everything.

        `documents` are ids, or patterns of the names that the server shows. Raises `UsageError`
        for what is neither, and for pages and days that are none.
        """
        asked = Scope.read(pages=pages, since=since, until=until) or None
        bound = self.settings.scope
        if bound is None and not documents:
            return asked
        paths = [
            source.path
            for source in self.sources(library)
            if not documents or self._is_named(library, source, documents)
        ]
        if not paths:
            raise UsageError(
                "No document has one of these names: " + ", ".join(documents),
                hint="`list_documents` has the names.",
            )
        found = replace(asked or Scope(), documents=tuple(map(glob.escape, paths)))
        if bound is None:
            return found
        return replace(found, pages=_join(found.pages, bound.pages), languages=bound.languages)

    def _is_named(self, library: Library, source: Source, names: Sequence[str]) -> bool:
        if document_id(library.collection, source.hash) in names:
            return True
        return Scope(documents=tuple(names)).holds(self.name(source.path))


def _join(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the pages that are in both ranges; a range without an end has all."""
    if one is None or other is None:
        return one or other
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else (_LAST_PAGE, _LAST_PAGE)
