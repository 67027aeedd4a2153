"""The body of a request: read with limits of size and time, and validated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from quoth.server.failures import BAD_REQUEST, MEDIA_TYPE, TIMEOUT, TOO_LARGE, RefusedError

Model = TypeVar("Model", bound=BaseModel)

_PIECE = 1 << 20


async def read_chunks(request: Request, *, limit: int, seconds: float) -> AsyncIterator[bytes]:
    """Yield the bytes of a body as they come, at most `limit`.

    `seconds` is the longest wait for the next bytes. Raises `RefusedError`.
    """
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > limit:
        raise _too_large(limit)
    count = 0
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(seconds):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise RefusedError(
                TIMEOUT, "The body of the request did not arrive in time."
            ) from error
        except ClientDisconnect as error:
            raise RefusedError(
                BAD_REQUEST, "The client left before its request was whole."
            ) from error
        count += len(chunk)
        if count > limit:
            raise _too_large(limit)
        yield chunk


async def read_pieces(request: Request, *, limit: int, seconds: float) -> AsyncIterator[bytes]:
    """Yield the bytes of a body in pieces of about a megabyte; otherwise as `read_chunks`."""
    piece = bytearray()
    async for chunk in read_chunks(request, limit=limit, seconds=seconds):
        piece += chunk
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return the body of a request, which arrives whole within `seconds`. Raises `RefusedError`."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in read_chunks(request, limit=limit, seconds=seconds):
                body += chunk
    except TimeoutError as error:
        raise RefusedError(TIMEOUT, "The body of the request did not arrive in time.") from error
    return bytes(body)


async def read_json(request: Request, model: type[Model], *, limit: int, seconds: float) -> Model:
    """Return the JSON body of a request as a validated model. Raises `RefusedError`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(
            MEDIA_TYPE,
            "The body of the request is not said to be JSON.",
            hint="Send `Content-Type: application/json`.",
        )
    try:
        return model.model_validate_json(await read_body(request, limit=limit, seconds=seconds))
    except ValidationError as error:
        raise invalid(error) from error


def read_query(request: Request, model: type[Model]) -> Model:
    """Return the query of an address as a validated model. Raises `RefusedError`."""
    values: dict[str, Any] = dict(request.query_params)
    for name, field in model.model_fields.items():
        if name in values and "tuple" in str(field.annotation):
            values[name] = request.query_params.getlist(name)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error) from error


def invalid(error: ValidationError) -> RefusedError:
    """Return the refusal of a request that does not validate, with the first fault of it."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    text = first["msg"].rstrip(".")
    sentence = f"{name}: {text}." if name else f"{text}."
    return RefusedError(BAD_REQUEST, sentence, param=name or None)


def _too_large(limit: int) -> RefusedError:
    return RefusedError(
        TOO_LARGE,
        f"The body of the request is larger than {limit:,} bytes.",
        hint="Send less at once, or start the server with a larger --max-upload.",
    )
