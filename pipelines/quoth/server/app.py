"""The application: the routes behind the gate, and every error as one JSON shape."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from quoth.errors import QuothError
from quoth.server.agents import Agents
from quoth.server.attaching import Attaching
from quoth.server.endpoints import Content, Endpoint, Incoming
from quoth.server.failures import MethodError
from quoth.server.gate import Gate, not_found, refuse
from quoth.server.services import Services
from quoth.server.streams import EventStream, keep_alive

_log = logging.getLogger("quoth.server")
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def build_app(services: Services) -> ASGIApp:
    """Return the ASGI application over these services."""
    agents = Agents(services)
    attaching = Attaching(services, agents.serve_lines)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        services.start(asyncio.get_running_loop())
        if services.settings.attachable:
            await attaching.start()
            agents.preload()
        try:
            yield
        finally:
            await attaching.close()
            await agents.close()
            await run_in_threadpool(services.close)

    router = Router(redirect_slashes=False, lifespan=lifespan, default=_nowhere)
    for path in dict.fromkeys(endpoint.path for endpoint in services.endpoints):
        methods = {each.method: each for each in services.endpoints if each.path == path}
        router.routes.append(Route(path, _Resource(services, methods)))
    router.routes.append(Route("/mcp", agents))
    guarded = partial(_answer_errors, router)
    return Gate(guarded, services.settings, services.credentials)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    raise not_found()


async def _answer_errors(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every error of a request that has no answer yet with its JSON shape."""
    started = False

    async def watch(message: Any) -> None:
        nonlocal started
        started = started or message["type"] == "http.response.start"
        await send(message)

    try:
        await app(scope, receive, watch)
    except Exception as error:
        if not isinstance(error, QuothError):
            _log.error("%s: %s", type(error).__name__, error, exc_info=error)
        if started:
            raise
        await refuse(send, error, receive)


class _Resource:
    """The methods of one path, as an ASGI application."""

    def __init__(self, services: Services, methods: dict[str, Endpoint]) -> None:
        self._services = services
        self._methods = methods
        self._allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else ())})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        endpoint = self._methods.get(method)
        if endpoint is None:
            raise MethodError(scope["method"], self._allowed)
        request = Request(scope, receive)
        response = await _respond(self._services, endpoint, request)
        await response(scope, receive, send)


async def _respond(services: Services, endpoint: Endpoint, request: Request) -> Response:
    """Return the response of an endpoint to a request."""
    from quoth.server.arguments import read_arguments

    left = asyncio.Event()
    incoming = Incoming(dict(request.headers), left.is_set)
    arguments = await read_arguments(services, endpoint, request, incoming)
    if iscoroutinefunction(endpoint.function):
        work: Awaitable[Any] = endpoint.function(services, **arguments)
    else:
        work = run_in_threadpool(endpoint.function, services, **arguments)
    result = await (_while_listening(work, request, left) if endpoint.is_compatible else work)
    return _as_response(result, endpoint.status)


async def _while_listening(work: Awaitable[Any], request: Request, left: asyncio.Event) -> Any:
    """Return what work gives; `left` is set as soon as the client goes away before that."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left.set()

    watcher = asyncio.create_task(watch())
    try:
        return await work
    finally:
        watcher.cancel()


def _as_response(result: Any, status: int) -> Response:
    if isinstance(result, Response):
        return result
    if isinstance(result, EventStream):
        headers = {**_STREAM_HEADERS, **result.headers}
        return StreamingResponse(
            keep_alive(result.events), media_type="text/event-stream", headers=headers
        )
    if isinstance(result, Content):
        return Response(
            result.body, result.status, dict(result.headers), media_type=result.media_type
        )
    if result is None:
        return Response(status_code=204)
    if hasattr(result, "model_dump_json"):
        text = result.model_dump_json(by_alias=True)
    else:
        text = json.dumps(result, ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")
