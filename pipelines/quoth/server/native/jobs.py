"""Jobs: ingestion, summaries, verification, re-embedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from quoth.server.endpoints import Incoming
from quoth.server.failures import CONFLICT, NOT_FOUND, RefusedError
from quoth.server.names import OperationId
from quoth.server.presenting import present_operation
from quoth.server.services import JOB_KINDS, Services
from quoth.server.shapes import JobAsked, OperationBody, OperationList, Query

_MOST_KEY = 200


class JobQuery(Query):
    """Which jobs: those in this state, and how many."""

    state: Literal["", "queued", "running", "done", "failed", "cancelled"] = ""
    limit: int = Field(100, ge=1, le=1000)


def start_job(services: Services, body: JobAsked, incoming: Incoming) -> OperationBody:
    """Start a job; the same `Idempotency-Key` gives the job that it started before."""
    services.shelf.check(body.collection)
    known = dict(services.settings.roots)
    if unknown := sorted(set(body.roots) - set(known)):
        raise RefusedError(
            NOT_FOUND,
            f"The server has no folder {unknown[0]!r}.",
            hint="Folders are named when it starts: quoth serve --root NAME=DIR",
            param="roots",
        )
    for document in body.documents:
        services.documents.find(body.collection, document)
    key = incoming.headers.get("idempotency-key", "")[:_MOST_KEY]
    if earlier := services.operations.find_repeated(key):
        return present_operation(services, earlier)
    spec = body.model_dump(mode="json", exclude={"kind", "collection"})
    return _submit(services, body.kind, body.collection, spec, key=key)


def repeat_job(services: Services, operation: OperationId) -> OperationBody:
    """Start a finished job again as another; what is read or in the journal is not done again."""
    earlier = services.operations.get(operation)
    if earlier.kind not in JOB_KINDS:
        raise RefusedError(NOT_FOUND, f"There is no job {operation}.")
    if not earlier.is_finished:
        raise RefusedError(CONFLICT, f"{operation} is not finished.", hint="Cancel it first.")
    services.shelf.check(earlier.collection)
    return _submit(services, earlier.kind, earlier.collection, earlier.spec)


def _submit(
    services: Services, kind: str, collection: str, spec: Mapping[str, Any], *, key: str = ""
) -> OperationBody:
    operation = services.performers.submit(
        lambda: services.operations.create(kind, collection, spec, idempotency=key), "job"
    )
    if kind == "ingest":
        services.uploads.note_job(collection, operation.id)
    return present_operation(services, operation)


def list_jobs(services: Services, query: JobQuery) -> OperationList:
    """List jobs, newest first."""
    found = services.operations.latest(JOB_KINDS, state=query.state, limit=query.limit)
    return OperationList(operations=[present_operation(services, job) for job in found])


def delete_job(services: Services, operation: OperationId) -> None:
    """Forget a job that is finished, and its events."""
    if not services.operations.get(operation).is_finished:
        raise RefusedError(CONFLICT, f"{operation} is not finished.", hint="Cancel it first.")
    services.operations.delete(operation)
