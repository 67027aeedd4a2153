"""Our values as the bodies that the server tells, each place with its id and address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from quoth.server.names import file_id
from quoth.server.operations import Operation
from quoth.server.services import Services
from quoth.server.shapes import (
    AnswerBody,
    CitationBody,
    DocumentBody,
    ErrorDetail,
    HitBody,
    OperationBody,
)
from quoth.types import Answer, Citation, Hit
from quoth.views import answer_json, citation_json, hit_json

if TYPE_CHECKING:
    from quoth.collection import Source


def present_answer(
    services: Services, answer: Answer, *, id: str, collection: str, conversation: str = ""
) -> AnswerBody:
    """Return the body of an answer."""
    value: dict[str, Any] = answer_json(answer)
    for key, places in (("citations", answer.citations), ("nearest", answer.nearest)):
        value[key] = [present_citation(services, collection, place) for place in places]
    for sentence in value["sentences"]:
        sentence["citations"] = list(sentence["citations"])
    return AnswerBody(id=id, collection=collection, conversation=conversation, **value)


def present_citation(services: Services, collection: str, place: Citation) -> CitationBody:
    """Return the body of a citation."""
    id = services.documents.id_of(collection, place.source)
    url = services.documents.link(collection, id, place.page, place.start, place.end)
    return CitationBody(**citation_json(place), file_id=id, url=url)


def present_hit(services: Services, collection: str, hit: Hit) -> HitBody:
    """Return the body of a hit."""
    chunk = hit.chunk
    id = services.documents.id_of(collection, chunk.source)
    url = services.documents.link(collection, id, chunk.page, chunk.start, chunk.end)
    return HitBody(**hit_json(hit), file_id=id, url=url)


def present_document(services: Services, source: Source) -> DocumentBody:
    """Return the body of a document."""
    return DocumentBody(
        id=file_id(source.hash),
        name=PurePath(source.path).name,
        source=source.path,
        title=source.title,
        format=source.format,
        bytes=source.size,
        pages=source.pages,
        chunks=source.chunks,
        unreadable=list(source.unreadable),
        unread=dict(source.unread),
        language=source.language,
        unchanged=services.documents.is_unchanged(source),
    )


def present_operation(services: Services, operation: Operation) -> OperationBody:
    """Return the body of an answer or a job."""
    error: Mapping[str, Any] | None = operation.error
    return OperationBody(
        id=operation.id,
        kind=operation.kind,
        asked=operation.spec.get("question") or operation.spec.get("query") or "",
        collection=operation.collection,
        state=operation.state,
        place=services.performers.place_of(operation.id),
        created=operation.created,
        started=operation.started,
        ended=operation.ended,
        attempt=operation.attempt,
        result=operation.result,
        error=ErrorDetail(**error) if error else None,
    )
