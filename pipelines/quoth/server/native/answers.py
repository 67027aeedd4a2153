"""Questions, and the answers that belong to the server: followed, joined again, cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import Field

from quoth.server.endpoints import Content, Incoming
from quoth.server.events import PROMPT
from quoth.server.failures import NOT_FOUND, FailedError, RefusedError
from quoth.server.names import CollectionName, Offset, OperationId
from quoth.server.operations import Operation
from quoth.server.presenting import present_operation
from quoth.server.services import Services
from quoth.server.shapes import AnswerAsked, AnswerBody, OperationBody, PromptBody, Query
from quoth.server.streams import EventStream


class EventQuery(Query):
    """From which event on; `Last-Event-ID` has precedence."""

    after: Offset = Field(0)


def ask(
    services: Services, collection: CollectionName, body: AnswerAsked, incoming: Incoming
) -> AnswerBody | EventStream | Content:
    """Answer a question.

    With `Accept: text/event-stream` the answer comes as events, with `Prefer: respond-async` its
    address comes at once. A client that leaves loses nothing.
    """
    services.shelf.check(collection)
    spec = {"question": body.question}
    conversation = body.conversation or ""
    if conversation:
        services.conversations.check(conversation, collection)
    operation = services.performers.submit(
        lambda: services.operations.create("answer", collection, spec, conversation=conversation),
        "answer",
    )
    location = f"/api/v1/answers/{operation.id}"
    if "respond-async" in incoming.headers.get("prefer", ""):
        text = present_operation(services, operation).model_dump_json()
        return Content(text.encode(), "application/json", {"location": location}, status=202)
    if "text/event-stream" in incoming.headers.get("accept", ""):
        return EventStream(_events(services, operation.id, 0), {"location": location})
    services.performers.wait(operation.id)
    return AnswerBody(**_result(services.operations.get(operation.id)))


def show_operation(services: Services, operation: OperationId) -> OperationBody:
    """Show an answer or a job, and how far it is."""
    return present_operation(services, services.operations.get(operation))


def follow_operation(
    services: Services, operation: OperationId, query: EventQuery, incoming: Incoming
) -> EventStream:
    """Follow the events of an answer or a job: those that were, and those to come."""
    services.operations.get(operation)
    last = incoming.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else query.after
    return EventStream(_events(services, operation, after))


def show_prompt(services: Services, operation: OperationId) -> PromptBody:
    """Show the exact prompt of an answer; there is none where no model was asked."""
    services.operations.get(operation)
    for event in services.events.read(operation):
        if event.name == PROMPT:
            return PromptBody(name="answer", text=event.data["text"])
    raise RefusedError(NOT_FOUND, "No model was asked for this answer.")


def cancel_operation(services: Services, operation: OperationId) -> OperationBody:
    """Cancel an answer or a job, whoever asked for it; one that is finished stays as it is."""
    services.operations.get(operation)
    services.performers.cancel(operation)
    return present_operation(services, services.operations.get(operation))


async def _events(services: Services, id: str, after: int) -> AsyncIterator[bytes]:
    async for event in services.events.follow(id, after=after):
        yield event.encode()


def _result(operation: Operation) -> dict[str, object]:
    """Return the result of a finished operation. Raises the error that ended it."""
    if operation.error:
        raise FailedError(operation.error)
    result: dict[str, object] = operation.result
    return result
