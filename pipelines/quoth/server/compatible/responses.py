"""OpenAI's responses: each is an operation, so that it can be left, joined again, and continued."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from quoth.server.compatible.conversing import text_of
from quoth.server.compatible.items import begin_response
from quoth.server.compatible.models import PREFIX, find_model
from quoth.server.compatible.shapes import Message, ResponseAsked, page_of
from quoth.server.compatible.speaking import read_schema, refuse_unsupported
from quoth.server.endpoints import Incoming
from quoth.server.failures import BAD_REQUEST, NOT_FOUND, FailedError, RefusedError
from quoth.server.names import OperationId
from quoth.server.operations import Operation
from quoth.server.services import Services
from quoth.server.streams import EventStream, encode_event

_KNOWN = (
    "input", "stream", "background", "store", "previous_response_id", "tools", "include",
    "metadata", "text",
)  # fmt: skip
_KNOWN_BARE = ("instructions", "max_output_tokens", "temperature")
_EVENTS = ("response.", "error")


class FollowQuery(BaseModel):
    """Whether the events of a response are followed, and from which on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stream: bool = False
    starting_after: int = Field(0, ge=0)


async def respond(
    services: Services, body: ResponseAsked, incoming: Incoming
) -> dict[str, Any] | EventStream:
    """Answer an input; one in the background goes on when its client leaves, others stop."""
    operation = await run_in_threadpool(_submit, services, body)
    keeps_on = bool(body.background)
    if body.stream:
        return EventStream(_events(services, operation.id, 0, keeps_on=keeps_on))
    if keeps_on:
        return _present(services.operations.get(operation.id))
    async for _ in services.events.follow(operation.id):
        if incoming.gone():
            break
    services.performers.cancel(operation.id)
    finished = await run_in_threadpool(services.operations.get, operation.id)
    if not finished.spec["store"]:
        await run_in_threadpool(services.operations.delete, operation.id)
    if finished.error:
        raise FailedError(finished.error)
    return _present(finished)


def show_response(
    services: Services, response: OperationId, query: FollowQuery
) -> dict[str, Any] | EventStream:
    """Show a response, or follow its events."""
    operation = _find(services, response)
    if query.stream:
        return EventStream(_events(services, operation.id, query.starting_after, keeps_on=True))
    return _present(operation)


def cancel_response(services: Services, response: OperationId) -> dict[str, Any]:
    """Cancel a response."""
    operation = _find(services, response)
    services.performers.cancel(operation.id)
    services.performers.wait(operation.id)
    return _present(services.operations.get(operation.id))


def delete_response(services: Services, response: OperationId) -> dict[str, Any]:
    """Delete a response."""
    operation = _find(services, response)
    services.performers.cancel(operation.id)
    services.performers.wait(operation.id)
    services.operations.delete(operation.id)
    return {"id": response, "object": "response", "deleted": True}


def list_input(services: Services, response: OperationId) -> dict[str, Any]:
    """List the messages that a response answers."""
    operation = _find(services, response)
    return page_of(
        {
            "id": f"msg_{operation.id}_{number}",
            "type": "message",
            "status": "completed",
            "role": message["role"],
            "content": [{"type": "input_text", "text": message["content"]}],
        }
        for number, message in enumerate(operation.spec["messages"])
    )


def _submit(services: Services, asked: ResponseAsked) -> Operation:
    collection, model = _find_collection(services, asked)
    schema = read_schema((asked.text or {}).get("format"))
    refuse_unsupported({"text.format": bool(collection and schema)}, model)
    known = _KNOWN if collection else (*_KNOWN, *_KNOWN_BARE)
    spec = {
        "model": model,
        "messages": _read_messages(services, asked, with_instructions=not collection),
        "ignored": asked.ignored(*known),
        "schema": schema,
        "max_tokens": asked.max_output_tokens,
        "temperature": asked.temperature,
        "instructions": asked.instructions,
        "store": asked.store is not False or bool(asked.background),
        "background": bool(asked.background),
        "previous_response_id": asked.previous_response_id,
        "metadata": asked.metadata or {},
        "tools": asked.tools or [],
        "include": asked.include or [],
    }
    return services.performers.submit(
        lambda: services.operations.create("response", collection, spec), "response"
    )


def _find_collection(services: Services, asked: ResponseAsked) -> tuple[str, str]:
    """Return the collection that a response rests on, empty for none, and its model."""
    model = asked.model or services.shelf.model_name
    tools = asked.tools or []
    refuse_unsupported({"tools": any(tool.get("type") != "file_search" for tool in tools)}, model)
    named = find_model(services, model)
    if not tools:
        return named.collection, model
    stores = [str(store) for tool in tools for store in tool.get("vector_store_ids") or ()]
    if len(set(stores)) != 1 or len(tools) != 1:
        raise RefusedError(BAD_REQUEST, "A response rests on one vector store.", param="tools")
    refuse_unsupported({"tools.filters": bool(tools[0].get("filters"))}, model)
    find_model(services, f"{PREFIX}{stores[0]}")
    return stores[0], model


def _read_messages(
    services: Services, asked: ResponseAsked, *, with_instructions: bool
) -> list[dict[str, str]]:
    """Return the messages of earlier responses and of this one, as role and content."""
    messages = []
    if asked.instructions and with_instructions:
        messages.append({"role": "system", "content": asked.instructions})
    if asked.previous_response_id:
        messages += _read_earlier(services, asked.previous_response_id)
    if isinstance(asked.input, str):
        return [*messages, {"role": "user", "content": asked.input}]
    for item in asked.input:
        if item.get("type", "message") != "message":
            continue  # a call that an earlier response made
        message = Message.model_validate({"role": item.get("role", "user"), **item})
        messages.append({"role": message.role, "content": text_of(message.content)})
    if not messages:
        raise RefusedError(BAD_REQUEST, "There is no input.", param="input")
    return messages


def _read_earlier(services: Services, id: str) -> list[dict[str, str]]:
    earlier = _find(services, id)
    if not earlier.result:
        raise RefusedError(BAD_REQUEST, f"{id} is not finished.", param="previous_response_id")
    messages = [each for each in earlier.spec["messages"] if each["role"] != "system"]
    return [*messages, {"role": "assistant", "content": earlier.result["quoth"]["said"]}]


def _find(services: Services, id: str) -> Operation:
    operation = services.operations.get(id)
    if operation.kind != "response":
        raise RefusedError(NOT_FOUND, f"There is no response {id}.")
    return operation


def _present(operation: Operation) -> dict[str, Any]:
    """Return a response as it is now."""
    if operation.result:
        result: dict[str, Any] = operation.result
        return result
    response = begin_response(operation)
    if operation.error:
        error: Mapping[str, Any] = operation.error
        is_cancelled = operation.state == "cancelled"
        response["status"] = "cancelled" if is_cancelled else "failed"
        response["error"] = {"code": "server_error", "message": error["message"]}
    return response


async def _events(
    services: Services, id: str, after: int, *, keeps_on: bool
) -> AsyncIterator[bytes]:
    """Yield the events of a response; without `keeps_on` the response ends with its client."""
    finished = False
    try:
        async for event in services.events.follow(id, after=after):
            finished = event.name == "end"
            if event.name == "error":
                response = _present(services.operations.get(id))
                kind = "response.failed"
                told = {"type": kind, "response": response, "sequence_number": event.number}
                yield encode_event(told, name=kind)
            elif event.name.startswith(_EVENTS):
                data = {**event.data, "sequence_number": event.number}
                yield encode_event(data, name=event.name)
    finally:
        if not keeps_on:
            services.performers.cancel(id)
            if finished and not services.operations.get(id).spec["store"]:
                services.operations.delete(id)
