"""The job that reads what was placed into a collection: one for all files that wait."""

from __future__ import annotations

from threading import Lock

from quoth.server.operations import Operation
from quoth.server.services import Services

_SPEC = {"roots": [], "retry": False, "documents": [], "query": "", "length": ""}
_lock = Lock()


def submit_ingest(services: Services, collection: str) -> Operation:
    """Return the job that will ingest what was placed into a collection: a waiting one, or new."""
    with _lock:
        waiting = [
            operation
            for operation in services.operations.unfinished()
            if (operation.kind, operation.collection, operation.state)
            == ("ingest", collection, "queued")
        ]
        operation = (
            waiting[0]
            if waiting
            else services.performers.submit(
                lambda: services.operations.create("ingest", collection, _SPEC), "job"
            )
        )
        services.uploads.note_job(collection, operation.id)
    return operation
