"""The collections that are served."""

from __future__ import annotations

from quoth.errors import QuothError
from quoth.server.names import CollectionName
from quoth.server.services import Services
from quoth.server.shapes import CollectionAsked, CollectionBody, CollectionList


def list_collections(services: Services) -> CollectionList:
    """List the collections that are served, and what is wrong with one that cannot be opened."""
    names = services.shelf.names()
    return CollectionList(collections=[_present_or_explain(services, name) for name in names])


def create_collection(services: Services, body: CollectionAsked) -> CollectionBody:
    """Make an empty collection."""
    services.create_collection(body.name)
    return _present(services, body.name)


def show_collection(services: Services, collection: CollectionName) -> CollectionBody:
    """Show a collection."""
    return _present(services, collection)


def delete_collection(services: Services, collection: CollectionName) -> None:
    """Delete a collection; answers and jobs at work on it are cancelled."""
    services.delete_collection(collection)


def _present_or_explain(services: Services, name: str) -> CollectionBody:
    try:
        return _present(services, name)
    except QuothError as error:
        return CollectionBody(name=name, problem=str(error))


def _present(services: Services, name: str) -> CollectionBody:
    store = services.shelf.store(name)
    sources = services.documents.sources(name)
    return CollectionBody(
        name=name,
        documents=len(sources),
        pages=sum(source.pages for source in sources),
        chunks=store.chunk_count(),
        embedder=store.meta("embedder") or "",
        languages=store.languages(),
    )
