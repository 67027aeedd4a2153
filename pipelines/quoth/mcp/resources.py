"""Documents and pages as resources, by their `quoth://` addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from quoth.errors import QuothError
from quoth.mcp.desk import Desk
from quoth.mcp.rendering import render_fetched, render_list

Content = TypeVar("Content", str, bytes)


def register_resources(server: MCPServer[Any], desk: Desk) -> None:
    """Add the collections, their documents and pages as resources."""

    @server.resource("quoth://{collection}", mime_type="text/plain")
    async def collection_contents(collection: str) -> str:
        """List the documents of a collection."""
        return await _read(lambda: render_list(desk.reader.list_documents(collection=collection)))

    @server.resource("quoth://{collection}/{document}", mime_type="text/plain")
    async def document_text(collection: str, document: str) -> str:
        """Read a document, page by page, up to the limit of tokens."""
        return await _read(lambda: render_fetched(desk.reader.fetch(f"{collection}/{document}")))

    @server.resource("quoth://{collection}/{document}/pages/{page}.png", mime_type="image/png")
    async def page_image(collection: str, document: str, page: str) -> bytes:
        """Show the picture of one page of a PDF."""
        return await _read(lambda: desk.reader.page_image(f"{collection}/{document}/pages/{page}"))

    @server.resource("quoth://{collection}/{document}/pages/{page}", mime_type="text/plain")
    async def page_text(collection: str, document: str, page: str) -> str:
        """Read one page."""
        id = f"{collection}/{document}/pages/{page}"
        return await _read(lambda: render_fetched(desk.reader.fetch(id, pages=page)))


async def _read(call: Callable[[], Content]) -> Content:
    try:
        return await asyncio.to_thread(call)
    except QuothError as error:
        raise ResourceNotFoundError(f"{error} {error.hint}".strip()) from error
