"""Programs of the same user and home, which use this server in place of a model of their own."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from threading import Event
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from quoth.errors import QuothError
from quoth.library import (
    LONGEST_ADDRESS,
    attach_address,
    settings_fingerprint,
)
from quoth.server.services import Services
from quoth.server.unix_sockets import listen_privately

if TYPE_CHECKING:
    from quoth.mcp import AgentSettings
    from quoth.server.attached import Asked

_GREETING_SECONDS = 5.0
_log = logging.getLogger("quoth.server")


class Attaching:
    """The socket in the home at which these programs call.

    Whoever can open it is the owner of the home, and may read and write as the command line does.
    """

    def __init__(
        self, services: Services, serve_agent: Callable[[AgentSettings, Lines], Awaitable[None]]
    ) -> None:
        self._services = services
        self._serve_agent = serve_agent
        self._path = attach_address(services.home)
        self._server: asyncio.Server | None = None
        self._loading: asyncio.Future[Any] | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen, where the system has such sockets and the path is not too long for them."""
        if not hasattr(asyncio, "start_unix_server") or len(bytes(self._path)) > LONGEST_ADDRESS:
            return
        self._server = await asyncio.start_unix_server(
            self._take, sock=listen_privately(self._path), limit=self._services.settings.body_bytes
        )
        loading = run_in_threadpool(import_module, "quoth.server.attached")  # for the first one
        self._loading = asyncio.ensure_future(loading)

    async def close(self) -> None:
        """End all calls."""
        if self._server is None or self._loading is None:
            return
        await self._loading
        self._server.close()
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)
        self._path.unlink(missing_ok=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        try:
            await self._answer(Lines(reader, writer))
        except (OSError, ValueError, ValidationError, TimeoutError):
            pass  # the program is gone, or is none of ours
        finally:
            self._calls.discard(call)
            writer.close()

    async def _answer(self, lines: Lines) -> None:
        first = await lines.read(_GREETING_SECONDS)
        asked = await run_in_threadpool(_read, first)
        served = {*self._services.shelf.names()}
        settings = settings_fingerprint(self._services.shelf.config)
        if asked.settings != settings or not served.issuperset(asked.collections):
            await lines.tell({"accepted": False})
            return
        await lines.tell({"accepted": True})
        if asked.call == "mcp":
            await self._serve_agent(asked.bounds(), lines)
            return
        await self._perform(asked, lines)

    async def _perform(self, asked: Asked, lines: Lines) -> None:
        """Tell what comes of a call; it stops when the program goes away."""
        stop, parts = Event(), asyncio.Queue[dict[str, Any] | None]()
        put = asyncio.get_running_loop().call_soon_threadsafe

        def work() -> None:
            try:
                from quoth.server.attached import perform

                for part in perform(self._services, asked, stop):
                    put(parts.put_nowait, part)
            except QuothError as error:
                told = {"error": str(error), "hint": error.hint, "exit_code": error.exit_code}
                put(parts.put_nowait, told)
            except Exception as error:
                _log.error("%s: %s", type(error).__name__, error, exc_info=error)
                sentence = f"Something went wrong there: {type(error).__name__}: {error}"
                put(parts.put_nowait, {"error": sentence, "hint": "", "exit_code": 1})
            finally:
                put(parts.put_nowait, None)

        leaving = asyncio.create_task(lines.wait_for_end(stop))
        working = asyncio.create_task(run_in_threadpool(work))
        try:
            while (part := await parts.get()) is not None:
                await lines.tell(part)
            await working
        finally:
            stop.set()
            leaving.cancel()


class Lines:
    """A connection of lines, read and written as text, as the server on stdio takes them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, seconds: float) -> str:
        """Return the next line. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            return (await self._reader.readline()).decode()

    async def tell(self, value: dict[str, Any]) -> None:
        """Send a value as a line of JSON."""
        await self.write(json.dumps(value) + "\n")

    async def wait_for_end(self, ended: Event) -> None:
        """Set an event once the other side is gone."""
        await self._reader.read()
        ended.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await self._reader.readline():
            yield line.decode("utf-8", "replace")

    async def write(self, text: str) -> None:
        """Send a text."""
        self._writer.write(text.encode())
        await self._writer.drain()

    async def flush(self) -> None:
        """Do nothing: what is written is sent."""


def _read(line: str) -> Asked:
    """Return what a program asks; what it takes to read and to answer it is loaded here."""
    from quoth.server.attached import Asked

    return Asked.model_validate_json(line)
