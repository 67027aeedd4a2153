"""Calls of tools as an agent makes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from mcp import Client
from mcp.types import CallToolResult, TextContent

QUESTION = "How long can the emergency generator run on a full tank?"
Connect = Callable[..., AbstractAsyncContextManager[Client]]


async def call(client: Client, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    """Return the text and the value of a call that succeeds."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, _text(result)
    assert isinstance(result.structured_content, dict)
    return _text(result), result.structured_content


async def fail(client: Client, tool: str, **arguments: Any) -> str:
    """Return the text of a call that fails."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return _text(result)


def _text(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text
