"""`/mcp`: the collections for agents, by the streamable HTTP of the Model Context Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from quoth.mcp import AgentSettings
from quoth.server.receiving import read_body
from quoth.server.services import Services
from quoth.system import missing_extra

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from quoth.mcp import AgentServer
    from quoth.server.attaching import Lines


class Agents:
    """The ASGI application of `/mcp`. Its first request loads the protocol."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._opened: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._runner: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises `MissingExtraError` without the extra `mcp`."""
        manager = await self._open()
        settings = self._services.settings
        body = await read_body(
            Request(scope, receive), limit=settings.body_bytes, seconds=settings.body_seconds
        )
        await manager.handle_request(scope, _replay(body, receive), send)

    def preload(self) -> None:
        """Begin to load the protocol, so that the first client is greeted at once."""
        self._begin()

    async def serve_lines(self, bounds: AgentSettings, lines: Lines) -> None:
        """Serve one agent of this machine within its own bounds."""
        server = await run_in_threadpool(self._make_server, bounds)
        try:
            await server.serve_lines(lines)
        finally:
            await run_in_threadpool(server.close)

    async def _open(self) -> StreamableHTTPSessionManager:
        """Return what keeps the sessions; one task enters and leaves it, as it demands."""
        return await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Future[StreamableHTTPSessionManager]:
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._opened.add_done_callback(lambda opened: opened.exception())  # it was seen
            self._runner = asyncio.create_task(self._run(self._opened))
        return self._opened

    async def _run(self, opened: asyncio.Future[StreamableHTTPSessionManager]) -> None:
        try:
            server = await run_in_threadpool(
                self._make_server, AgentSettings(self._services.settings.collections)
            )
            async with _sessions(server, self._services.settings.body_bytes) as manager:
                opened.set_result(manager)
                await self._ending.wait()
            await run_in_threadpool(server.close)
        except Exception as error:
            if opened.done():
                raise
            self._opened = None  # the next request tries again
            opened.set_exception(error)

    def _make_server(self, bounds: AgentSettings) -> AgentServer:
        services = self._services
        try:
            from quoth.mcp import AgentServer

            return AgentServer(bounds, shelf=services.shelf, queue=services.queue)
        except ModuleNotFoundError as error:
            raise missing_extra("`/mcp`", "mcp") from error

    async def close(self) -> None:
        """End the sessions, and stop their calls."""
        self._ending.set()
        if self._runner is not None:
            await asyncio.wait({self._runner})


@asynccontextmanager
async def _sessions(
    server: AgentServer, body_bytes: int
) -> AsyncIterator[StreamableHTTPSessionManager]:
    """Keep the sessions of a server while the block runs. Host and origin were checked before."""
    from mcp.server.transport_security import TransportSecuritySettings

    server.protocol.streamable_http_app(
        max_request_body_size=body_bytes,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    manager = server.protocol.session_manager
    async with manager.run():
        yield manager


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already, and then what comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
