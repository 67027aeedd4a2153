"""What a program of the same home asks of this server, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from quoth.collection import Scope
from quoth.errors import CancelledError, UsageError
from quoth.library import Library, Watcher, fill_command
from quoth.mcp import MAX_TOKENS, AgentSettings
from quoth.server.services import Services
from quoth.types import Answer, Hit


class Asked(BaseModel):
    """The first line of a connection: a call, for a server with these settings."""

    model_config = ConfigDict(extra="forbid")

    settings: str
    call: str
    collections: tuple[str, ...]
    scope: Scope | None = None
    question: str = ""
    k: int | None = None
    max_tokens: int = MAX_TOKENS
    paths: bool = False
    roots: tuple[Path, ...] = ()

    def bounds(self) -> AgentSettings:
        """Return the bounds of an agent."""
        return AgentSettings(
            self.collections,
            scope=self.scope,
            max_tokens=self.max_tokens,
            paths=self.paths,
            roots=self.roots,
        )


def perform(services: Services, asked: Asked, stop: Event) -> Iterator[dict[str, Any]]:
    """Yield what comes of a search or a question as plain values, until `stop` is set."""
    library = _open(services, asked.collections)
    try:
        if not library.store.chunk_count():
            raise UsageError(
                f"The collection {library.collection!r} is empty.",
                hint=f"Fill it with: {fill_command(library.collection)}",
            )
        if asked.call == "search":
            hits = library.search(asked.question, k=asked.k, scope=asked.scope)
            yield {"hits": TypeAdapter(list[Hit]).dump_python(hits, mode="json")}
            return

        def check() -> None:
            if stop.is_set():
                raise CancelledError("The program that asked is gone.")

        with services.queue.turn(stopped=stop.is_set):
            answerer = library.answerer_within(asked.scope)
            for part in answerer.stream(asked.question, {"callbacks": [Watcher(check)]}):
                check()
                if isinstance(part, Answer):
                    yield {"answer": TypeAdapter(Answer).dump_python(part, mode="json")}
                else:
                    yield {"text": part}
    finally:
        if len(asked.collections) > 1:
            library.close()


def _open(services: Services, collections: tuple[str, ...]) -> Library:
    """Return the library of a collection, or a new one of several."""
    shelf = services.shelf
    name, *beside = collections
    if not beside:
        return shelf.library(name)
    for each in collections:
        shelf.check(each)
    return Library(name, config=shelf.config, home=shelf.home, beside=beside, shares=shelf.parts)
