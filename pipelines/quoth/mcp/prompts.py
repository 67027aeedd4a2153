"""Prompts that a person picks in a client."""

from __future__ import annotations

from typing import Any

from mcp import MCPError
from mcp.server import MCPServer
from mcp.types import INVALID_PARAMS, GetPromptResult, InputRequiredResult


class PromptingServer(MCPServer[Any]):
    """The server of the SDK; who asks for a prompt that is not there is told so."""

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Any = None
    ) -> GetPromptResult | InputRequiredResult:
        """Return a prompt. Raises `MCPError` for an unknown one, or without what it takes."""
        try:
            return await super().get_prompt(name, arguments, context)
        except ValueError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error


def register_prompts(server: MCPServer[Any]) -> None:
    """Add the prompts to a server."""

    @server.prompt()
    def answer_from_documents(question: str) -> str:
        """Answer a question from the documents, with proof."""
        return (
            f"Answer this from my documents: {question}\n\n"
            "Search first, and read on with `fetch` where a passage is cut off. Rest every claim "
            "on a passage and name its page. Before you answer, check your text with `cite`, and "
            "take out what was not found. If the documents do not say it, say so."
        )

    @server.prompt()
    def summarize_document(name: str) -> str:
        """Summarize one document."""
        return (
            f"Find the document {name!r} with `list_documents`, summarize it with `summarize`, and "
            "tell me what it says in your own words, with pages."
        )

    @server.prompt()
    def check_my_text(text: str) -> str:
        """Check a text against the documents."""
        return (
            "Check this text against my documents with `cite`. List each claim that was found, "
            f"with its page, and each that was not.\n\n{text}"
        )
