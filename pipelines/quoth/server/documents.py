"""The documents of a collection by their ids, and the addresses of places in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quoth.library import Shelf
from quoth.server.failures import CONFLICT, NOT_FOUND, RefusedError
from quoth.server.names import file_id
from quoth.system import modified_ns
from quoth.types import Page

if TYPE_CHECKING:
    from quoth.collection import Source


class Documents:
    """Finds documents by id: the first digits of the hash of their bytes."""

    def __init__(self, shelf: Shelf, base_url: str) -> None:
        self._shelf = shelf
        self._base_url = base_url

    def sources(self, collection: str) -> list[Source]:
        """Return the sources of a collection, ordered by path."""
        return list(self._shelf.sources(collection).values())

    def find(self, collection: str, id: str) -> Source:
        """Return the source with this id. Raises `RefusedError` when there is none."""
        for source in self._shelf.sources(collection).values():
            if file_id(source.hash) == id:
                return source
        raise RefusedError(NOT_FOUND, f"There is no document {id} in {collection}.")

    def id_of(self, collection: str, path: str) -> str:
        """Return the id of the document at a path; empty when it is gone."""
        source = self._shelf.sources(collection).get(path)
        return file_id(source.hash) if source else ""

    def page(self, collection: str, id: str, number: int) -> tuple[Source, Page]:
        """Return a page of a document. Raises `RefusedError` when it has no such page."""
        source = self.find(collection, id)
        document = self._shelf.store(collection).document(source.path)
        for page in document.pages if document else ():
            if page.number == number:
                return source, page
        raise RefusedError(NOT_FOUND, f"{id} has no page {number}.")

    def is_unchanged(self, source: Source) -> bool:
        """Whether the file on the disk is still the one that was read."""
        try:
            status = Path(source.path).stat()
        except OSError:
            return False
        return (status.st_size, modified_ns(status)) == (source.size, source.mtime_ns)

    def original(self, source: Source) -> bytes:
        """Return the bytes of a document's file. Raises `RefusedError` when it has changed."""
        if not self.is_unchanged(source):
            raise RefusedError(
                CONFLICT,
                "The file of this document has changed since it was read, or is gone.",
                hint="Ingest it again.",
            )
        return Path(source.path).read_bytes()

    def link(self, collection: str, id: str, page: int, start: int = 0, end: int = 0) -> str:
        """Return the address of a page, and of the span of its text that is cited."""
        span = f"#{start}-{end}" if end else ""
        return f"{self._base_url}/c/{collection}/d/{id}/p/{page}{span}"

    def remove(self, collection: str, source: Source) -> None:
        """Remove a document from a collection; no search finds it any more."""
        library = self._shelf.library(collection)
        same = [s.path for s in self._shelf.sources(collection).values() if s.hash == source.hash]
        with library.lock.hold(wait_seconds=1.0):
            library.store.remove(same)
            library.index.sync()
