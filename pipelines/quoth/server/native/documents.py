"""The documents of a collection, and their files."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote

from pydantic import Field

from quoth.server.endpoints import Content
from quoth.server.names import CollectionName, FileId, clean_name
from quoth.server.presenting import present_document
from quoth.server.services import Services
from quoth.server.shapes import DocumentBody, DocumentList, Query


class DocumentQuery(Query):
    """Which documents: those whose name or title holds `q`, from `cursor` on."""

    q: str = Field("", max_length=200)
    cursor: str = Field("", pattern=r"^(\d{1,9})?$")
    limit: int = Field(100, ge=1, le=1000)


def list_documents(
    services: Services, collection: CollectionName, query: DocumentQuery
) -> DocumentList:
    """List the documents of a collection by name."""
    wanted = query.q.casefold()
    named = [
        (PurePath(source.path).name.casefold(), source.path, source)
        for source in services.documents.sources(collection)
    ]
    sources = [
        source
        for name, _, source in sorted(named, key=lambda entry: entry[:2])
        if wanted in name or wanted in source.title.casefold()
    ]
    begin = int(query.cursor or 0)
    end = begin + query.limit
    return DocumentList(
        documents=[present_document(services, source) for source in sources[begin:end]],
        total=len(sources),
        next=str(end) if end < len(sources) else None,
    )


def show_document(services: Services, collection: CollectionName, document: FileId) -> DocumentBody:
    """Show a document."""
    return present_document(services, services.documents.find(collection, document))


def delete_document(services: Services, collection: CollectionName, document: FileId) -> None:
    """Take a document out of a collection; no search finds it any more."""
    source = services.documents.find(collection, document)
    services.documents.remove(collection, source)
    services.uploads.displace(document, collection)


def send_original(services: Services, collection: CollectionName, document: FileId) -> Content:
    """Send the file of a document, to be saved and never shown."""
    source = services.documents.find(collection, document)
    return as_attachment(services.documents.original(source), PurePath(source.path).name)


def as_attachment(body: bytes, name: str) -> Content:
    """Return a file as an answer that no browser shows or runs."""
    cleaned = clean_name(name)
    plain = cleaned.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(cleaned)}"
    headers = {
        "content-disposition": disposition,
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Content(body, "application/octet-stream", headers)
