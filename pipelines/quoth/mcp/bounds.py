"""What an agent sees of the collections: those that are named, and in them what the scope holds."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from quoth.collection import LAST_PAGE, Scope, Source
from quoth.errors import UnknownCollectionError, UsageError
from quoth.library import (
    DEFAULT_COLLECTION,
    Library,
    Remembered,
    Shelf,
    fill_command,
    has_collection,
)
from quoth.mcp.addresses import document_id
from quoth.mcp.settings import AgentSettings
from quoth.types import Chunk, Document


class Bounds:
    """The collections of a shelf, their documents and their chunks, within the settings."""

    def __init__(self, settings: AgentSettings, shelf: Shelf) -> None:
        self.settings = settings
        self._shelf = shelf
        self._visible: Remembered[Mapping[str, Source]] = Remembered()

    @property
    def collections(self) -> tuple[str, ...]:
        """The names of the collections that are shown; the first is taken where none is named."""
        if self.settings.collections:
            return self.settings.collections
        return tuple(sorted(self._shelf.names(), key=lambda name: name != DEFAULT_COLLECTION))

    def open(self, collection: str = "") -> Library:
        """Return the library of a collection, the first one by default. Raises `UsageError`."""
        names = self.collections
        name = collection or next(iter(names), DEFAULT_COLLECTION)
        if name not in names:
            raise UnknownCollectionError(
                f"There is no collection {name!r} here.",
                hint=f"Collections: {', '.join(names) or 'none'}.",
            )
        if not self.settings.roots and not has_collection(self._shelf.home, name):
            raise UnknownCollectionError(
                f"The collection {name!r} is empty: nothing was ingested yet.",
                hint=f"The person who started the server fills it with: {fill_command(name)}",
            )
        return self._shelf.library(name)

    def name(self, path: str) -> str:
        """Return what an agent is told of a path: the name of the file, unless paths are shown."""
        return path if self.settings.paths else PurePath(path).name

    def sources(self, library: Library) -> list[Source]:
        """Return the sources of a collection that are shown, ordered by path."""
        return list(self._by_path(library).values())

    def place_of(self, library: Library, path: str) -> tuple[str, str]:
        """Return the id and the name of the document at a path.

        Where the path is hidden and the same bytes are shown under another, the name is that one's.
        A path that is gone has the id of nothing.
        """
        source = self._shown(library, path)
        if source is None:
            told = "" if self.settings.scope else self.name(path)
            return document_id(library.collection, ""), told
        return document_id(library.collection, source.hash), self.name(source.path)

    def title_of(self, library: Library, path: str, title: str) -> str:
        """Return the title of the document at a path.

        One that is the name of a hidden file with the same bytes gives way to the name that is
        shown.
        """
        source = self._shown(library, path)
        if self.settings.scope is None or source is None:
            return title
        shown = self._by_path(library)
        hidden = [
            PurePath(other.path)
            for other in self._shelf.sources(library.collection).values()
            if other.hash == source.hash and other.path not in shown
        ]
        names = {name for other in hidden for name in (other.name, other.stem)}
        return PurePath(source.path).stem if title in names else title

    def _shown(self, library: Library, path: str) -> Source | None:
        """Return the source at a path, or one that is shown with the same bytes."""
        shown = self._by_path(library)
        if path in shown:
            return shown[path]
        hidden = self._shelf.sources(library.collection).get(path)
        return next((each for each in shown.values() if hidden and each.hash == hidden.hash), None)

    def pages_of(self, library: Library, document: Document) -> Document:
        """Return a document with the pages alone that the scope holds."""
        scope = self.settings.scope
        if scope is None or not (scope.pages or scope.languages):
            return document
        own = replace(scope, documents=(glob.escape(document.source),))
        chunks = library.store.chunks(library.store.select(own)).values()
        held = {chunk.page for chunk in chunks}
        return replace(document, pages=tuple(p for p in document.pages if p.number in held))

    def _by_path(self, library: Library) -> Mapping[str, Source]:
        """Return the sources that are shown by their paths, as of the last change."""

        def read() -> Mapping[str, Source]:
            found = self._shelf.sources(library.collection)
            if self.settings.scope is None:
                return found
            held = library.store.paths_within(self.settings.scope)
            return {path: source for path, source in found.items() if path in held}

        return self._visible.get(library.collection, library.store, read)

    def find(self, library: Library, document: str) -> Source:
        """Return the source with an id. Raises `UsageError`."""
        for source in self.sources(library):
            if document_id(library.collection, source.hash) == document:
                return source
        raise UsageError(
            f"There is no document {document!r}.", hint="`list_documents` has the ids."
        )

    def shows(self, library: Library, chunk: Chunk) -> bool:
        """Whether a chunk is within the scope; no other chunk is read for it."""
        scope = self.settings.scope
        if scope is None:
            return True
        paths = self._by_path(library)
        first, last = scope.pages or (0, LAST_PAGE)
        return (
            not paths.keys().isdisjoint((chunk.source, *chunk.also_at))
            and first <= chunk.page <= last
            and (not scope.languages or chunk.language in scope.languages)
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
    return (first, last) if first <= last else (LAST_PAGE, LAST_PAGE)
