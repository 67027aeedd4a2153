"""What a client may offer while a person types an argument of a prompt or of an address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import chain
from typing import Any

from mcp.server import MCPServer
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from quoth.errors import QuothError
from quoth.mcp.addresses import Address, document_key
from quoth.mcp.desk import Desk

_MOST = 100  # values in an answer, by the protocol


def register_completion(server: MCPServer[Any], desk: Desk) -> None:
    """Complete names of documents in prompts; collections, documents and pages in addresses."""

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]
    async def complete(
        reference: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        chosen = (context.arguments if context else None) or {}
        in_prompt = isinstance(reference, PromptReference)
        try:
            known = await asyncio.to_thread(_list_values, desk, argument.name, chosen, in_prompt)
        except QuothError:
            known = []
        return _select(known, argument.value)


def _list_values(
    desk: Desk, argument: str, chosen: Mapping[str, str], in_prompt: bool
) -> list[str]:
    """Return all values of an argument within what is shown, given the arguments chosen before."""
    bounds = desk.bounds
    if argument == "collection":
        return list(bounds.collections)
    if argument == "name" and in_prompt:
        shown = (bounds.sources(bounds.open(name)) for name in bounds.collections or ("",))
        return sorted({bounds.name(source.path) for source in chain.from_iterable(shown)})
    if argument not in {"document", "page"} or in_prompt:
        return []
    library = bounds.open(chosen.get("collection", ""))
    if argument == "document":
        return sorted({document_key(source.hash) for source in bounds.sources(library)})
    address = Address.read(f"{library.collection}/{chosen.get('document', '')}")
    source = bounds.find(library, f"{address.collection}/{address.document}")
    document = library.store.document(source.path)
    held = bounds.pages_of(library, document).pages if document else ()
    return [str(page.number) for page in held]


def _select(known: list[str], typed: str) -> Completion:
    """Return the values that hold what was typed, those that begin with it first."""
    wanted = typed.casefold()
    found = [value for value in known if wanted in value.casefold()]
    found.sort(key=lambda value: not value.casefold().startswith(wanted))
    return Completion(values=found[:_MOST], total=len(found), has_more=len(found) > _MOST)
