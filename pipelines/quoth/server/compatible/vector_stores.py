"""OpenAI's vector stores: a collection is one, by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from quoth.library import is_name
from quoth.server.compatible.shapes import (
    StoreAsked,
    StoreBatchAsked,
    StoreFileAsked,
    StoreSearchAsked,
    page_of,
)
from quoth.server.failures import BAD_REQUEST, NOT_FOUND, UNSUPPORTED, RefusedError
from quoth.server.ingesting import submit_ingest
from quoth.server.names import CollectionName, FileId, file_id
from quoth.server.services import Services
from quoth.server.state import make_id, now
from quoth.types import Hit


def list_stores(services: Services) -> dict[str, Any]:
    """List the collections as vector stores."""
    return page_of(_present(services, name) for name in services.shelf.names())


def create_store(services: Services, body: StoreAsked) -> dict[str, Any]:
    """Make a collection; its id is the name where that can be one."""
    name = body.name or ""
    free = is_name(name) and name not in services.shelf.names()
    id = name if free else make_id("vs_")
    uploads = [services.uploads.get(file) for file in body.file_ids or ()]
    services.create_collection(id)
    for upload in uploads:
        services.uploads.place(upload, id)
    if uploads:
        submit_ingest(services, id)
    return _present(services, id)


def show_store(services: Services, store: CollectionName) -> dict[str, Any]:
    """Show a collection as a vector store."""
    return _present(services, store)


def delete_store(services: Services, store: CollectionName) -> dict[str, Any]:
    """Delete a collection."""
    services.delete_collection(store)
    return {"id": store, "object": "vector_store.deleted", "deleted": True}


def add_file(services: Services, store: CollectionName, body: StoreFileAsked) -> dict[str, Any]:
    """Put an uploaded file into a collection; a job reads it."""
    services.shelf.check(store)
    services.uploads.place(services.uploads.get(body.file_id), store)
    submit_ingest(services, store)
    return _present_file(services, store, body.file_id)


def list_files(services: Services, store: CollectionName) -> dict[str, Any]:
    """List the documents of a collection, and the files that wait to be read."""
    read = [file_id(source.hash) for source in services.documents.sources(store)]
    placed = [placement.upload for placement in services.uploads.placements(store)]
    return page_of(_present_file(services, store, id) for id in dict.fromkeys([*read, *placed]))


def show_file(services: Services, store: CollectionName, file: FileId) -> dict[str, Any]:
    """Show a file of a collection, and whether it was read."""
    return _present_file(services, store, file)


def send_text(services: Services, store: CollectionName, file: FileId) -> dict[str, Any]:
    """Show the text of a document, page by page."""
    source = services.documents.find(store, file)
    document = services.shelf.store(store).document(source.path)
    pages = document.pages if document else ()
    return {
        "object": "vector_store.file_content.page",
        "data": [{"type": "text", "text": page.text} for page in pages],
        "has_more": False,
        "next_page": None,
    }


def remove_file(services: Services, store: CollectionName, file: FileId) -> dict[str, Any]:
    """Take a document out of a collection; no search finds it any more."""
    shown = _present_file(services, store, file)
    if shown["status"] == "completed":
        services.documents.remove(store, services.documents.find(store, file))
    services.uploads.displace(file, store)
    return {"id": file, "object": "vector_store.file.deleted", "deleted": True}


def add_files(services: Services, store: CollectionName, body: StoreBatchAsked) -> dict[str, Any]:
    """Put several uploaded files into a collection; one job reads them."""
    services.shelf.check(store)
    uploads = [services.uploads.get(file) for file in body.file_ids]
    for upload in uploads:
        services.uploads.place(upload, store)
    job = submit_ingest(services, store)
    return _present_batch(services, store, job.id.replace("job_", "vsfb_"), body.file_ids)


def show_batch(services: Services, store: CollectionName, batch: str) -> dict[str, Any]:
    """Show several files that one job reads, and how far it is."""
    job = batch.replace("vsfb_", "job_")
    files = [
        placement.upload
        for placement in services.uploads.placements(store)
        if placement.operation == job
    ]
    if not files:
        raise RefusedError(NOT_FOUND, f"There is no batch {batch[:60]!r}.")
    return _present_batch(services, store, batch, files)


def search(services: Services, store: CollectionName, body: StoreSearchAsked) -> dict[str, Any]:
    """Find the passages that fit one or more questions best."""
    queries = [body.query] if isinstance(body.query, str) else body.query
    if body.filters:
        raise RefusedError(
            UNSUPPORTED,
            "Documents have no attributes to filter by.",
            hint="The native search takes a scope.",
            param="filters",
        )
    if not queries or not all(query.strip() for query in queries):
        raise RefusedError(BAD_REQUEST, "There is nothing to search for.", param="query")
    library = services.shelf.library(store)
    best: dict[int | None, Hit] = {}
    for query in queries:
        for hit in library.search(query, k=body.max_num_results):
            known = best.get(hit.chunk.id)
            if known is None or _score(known) < _score(hit):
                best[hit.chunk.id] = hit
    lowest = float((body.ranking_options or {}).get("score_threshold") or 0.0)
    hits = sorted(best.values(), key=lambda hit: -hit.score)[: body.max_num_results]
    return {
        "object": "vector_store.search_results.page",
        "search_query": queries,
        "data": [_present_hit(services, store, hit) for hit in hits if _score(hit) >= lowest],
        "has_more": False,
        "next_page": None,
    }


def _score(hit: Hit) -> float:
    """Return the similarity of a hit, from 0 to 1; 0 where only words were compared."""
    return round(min(1.0, max(0.0, hit.dense_score or 0.0)), 4)


def _present_hit(services: Services, store: str, hit: Hit) -> dict[str, Any]:
    chunk = hit.chunk
    id = services.documents.id_of(store, chunk.source)
    return {
        "file_id": id,
        "filename": PurePath(chunk.source).name,
        "score": _score(hit),
        "attributes": {
            "page": chunk.page,
            "page_label": chunk.page_label or str(chunk.page),
            "url": services.documents.link(store, id, chunk.page, chunk.start, chunk.end),
        },
        "content": [{"type": "text", "text": chunk.text}],
    }


def _present(services: Services, name: str) -> dict[str, Any]:
    services.shelf.check(name)
    files = list_files(services, name)["data"]
    folder = services.home / "collections" / name
    return {
        "id": name,
        "object": "vector_store",
        "created_at": int(folder.stat().st_ctime) if folder.exists() else int(now()),
        "name": name,
        "usage_bytes": sum(file["usage_bytes"] for file in files),
        "file_counts": _counts([file["status"] for file in files]),
        "status": "completed",
        "expires_at": None,
        "last_active_at": int(now()),
        "metadata": {},
    }


def _counts(states: Sequence[str]) -> dict[str, int]:
    kinds = ("in_progress", "completed", "failed", "cancelled")
    return {kind: states.count(kind) for kind in kinds} | {"total": len(states)}


def _present_file(services: Services, store: str, id: str) -> dict[str, Any]:
    read = {file_id(source.hash): source for source in services.documents.sources(store)}
    placed = {each.upload: each for each in services.uploads.placements(store)}
    if id not in read and id not in placed:
        raise RefusedError(NOT_FOUND, f"There is no file {id} in {store}.")
    status, error = "completed", None
    if id not in read:
        status, error = _state_of(services, placed[id].operation, placed[id].path)
    return {
        "id": id,
        "object": "vector_store.file",
        "usage_bytes": read[id].size if id in read else 0,
        "created_at": int(placed[id].created if id in placed else read[id].mtime_ns / 1e9),
        "vector_store_id": store,
        "status": status,
        "last_error": error,
        "chunking_strategy": {"type": "other"},
        "attributes": {},
    }


def _state_of(services: Services, job: str, path: str) -> tuple[str, dict[str, str] | None]:
    """Return the state of a file that is not read yet, and why it could not be read."""
    operation = services.operations.get(job)
    if not operation.is_finished:
        return "in_progress", None
    if operation.state == "cancelled":
        return "cancelled", None
    outcomes = (operation.result or {}).get("failed", ())
    reason = next((each["reason"] for each in outcomes if each["path"] == path), "")
    reason = reason or (operation.error or {}).get("message", "It was not read.")
    return "failed", {"code": "invalid_file", "message": reason}


def _present_batch(services: Services, store: str, id: str, files: Sequence[str]) -> dict[str, Any]:
    states = [_present_file(services, store, file)["status"] for file in files]
    counts = _counts(states)
    return {
        "id": id,
        "object": "vector_store.files_batch",
        "created_at": int(now()),
        "vector_store_id": store,
        "status": "in_progress" if counts["in_progress"] else "completed",
        "file_counts": counts,
    }
