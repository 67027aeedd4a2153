"""From a request to the arguments of the function that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from quoth.server.endpoints import Endpoint, Incoming
from quoth.server.failures import NOT_FOUND, RefusedError
from quoth.server.forms import read_form
from quoth.server.receiving import read_json, read_pieces, read_query
from quoth.server.services import Services
from quoth.server.uploads import Upload


async def read_arguments(
    services: Services, endpoint: Endpoint, request: Request, incoming: Incoming
) -> dict[str, Any]:
    """Return the validated arguments by name. Raises `RefusedError`."""
    arguments: dict[str, Any] = {}
    settings = services.settings
    for name, kind in endpoint.parameters.items():
        if name == "body":
            arguments[name] = await read_json(
                request, kind, limit=settings.body_bytes, seconds=settings.body_seconds
            )
        elif name == "query":
            arguments[name] = read_query(request, kind)
        elif name == "incoming":
            arguments[name] = incoming
        elif name != "upload":
            arguments[name] = _read_part(request.path_params[name], kind)
    if "upload" in endpoint.parameters:  # last: what is wrong besides is told before the bytes
        arguments["upload"] = await _receive(services, endpoint, request, arguments)
    return arguments


def _read_part(text: str, kind: Any) -> Any:
    """Return a part of the path as its function takes it; what cannot be one is not found."""
    try:
        return TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        raise RefusedError(NOT_FOUND, "There is nothing at this address.") from error


async def _receive(
    services: Services, endpoint: Endpoint, request: Request, arguments: Mapping[str, Any]
) -> Upload:
    """Return the file of a request, which is on the disk then.

    Threads write it: the event loop answers other requests while the disk is slow.
    """
    settings = services.settings
    if collection := arguments.get("collection"):
        services.shelf.check(collection)
    pieces = read_pieces(request, limit=settings.upload_bytes, seconds=settings.body_seconds)
    keep = services.uploads.keep
    with services.uploads.receive() as file:
        if endpoint.takes == "form":
            kind = request.headers.get("content-type", "")
            form = await read_form(kind, pieces, file)
            purpose = form.fields.get("purpose", "assistants")
            return await run_in_threadpool(keep, file, form.file_name, purpose=purpose)
        async for piece in pieces:
            await run_in_threadpool(file.write, piece)
        return await run_in_threadpool(keep, file, arguments["name"])


def is_model(kind: Any) -> bool:
    """Return whether an annotation is a model that validates."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)
