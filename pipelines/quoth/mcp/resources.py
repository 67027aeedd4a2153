"""Documents and pages as resources, by their `quoth://` addresses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from quoth.errors import QuothError
from quoth.mcp.desk import Desk
from quoth.mcp.log import CallLog
from quoth.mcp.rendering import render_fetched, render_list

Content = TypeVar("Content", str, bytes)


def register_resources(server: MCPServer[Any], desk: Desk, log: CallLog) -> None:
    """Add the collections, their documents and pages as resources; each reading is on record."""

    async def read(uri: str, call: Callable[[], Content]) -> Content:
        started = time.monotonic()
        outcome = "failed"
        try:
            content = await asyncio.to_thread(call)
            outcome = "done"
            return content
        except QuothError as error:
            told = desk.settings.tell(f"{error} {error.hint}".strip())
            outcome = f"failed: {told}"
            raise ResourceNotFoundError(told) from error
        finally:
            log.write("resources/read", {"uri": uri}, outcome, time.monotonic() - started)

    @server.resource("quoth://{collection}", mime_type="text/plain")
    async def collection_contents(collection: str) -> str:
        """List the documents of a collection."""
        return await read(
            f"quoth://{collection}",
            lambda: render_list(desk.reader.list_documents(collection=collection)),
        )

    @server.resource("quoth://{collection}/{document}", mime_type="text/plain")
    async def document_text(collection: str, document: str) -> str:
        """Read a document, page by page, up to the limit of tokens."""
        id = f"quoth://{collection}/{document}"
        return await read(id, lambda: render_fetched(desk.reader.fetch(id)))

    @server.resource("quoth://{collection}/{document}/pages/{page}.png", mime_type="image/png")
    async def page_image(collection: str, document: str, page: str) -> bytes:
        """Show the picture of one page of a PDF."""
        id = f"quoth://{collection}/{document}/pages/{page}"
        return await read(f"{id}.png", lambda: desk.reader.page_image(id))

    @server.resource("quoth://{collection}/{document}/pages/{page}", mime_type="text/plain")
    async def page_text(collection: str, document: str, page: str) -> str:
        """Read one page."""
        id = f"quoth://{collection}/{document}/pages/{page}"
        return await read(id, lambda: render_fetched(desk.reader.fetch(id, pages=page)))
