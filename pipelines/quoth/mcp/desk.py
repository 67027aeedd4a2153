"""What the tools work with: it is loaded by the first call, so that a client is greeted at once."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from quoth.library import LazyPart
from quoth.mcp.settings import AgentSettings

if TYPE_CHECKING:
    from quoth.library import Shelf
    from quoth.mcp.answering import Answering
    from quoth.mcp.bounds import Bounds
    from quoth.mcp.reading import Reader
    from quoth.mcp.summaries import Summaries


class Desk:
    """What an agent sees of a shelf, and those who read, answer and summarize from it."""

    def __init__(self, settings: AgentSettings, shelf: Shelf) -> None:
        self.settings = settings
        self._shelf = shelf
        self.making = RLock()
        self.made: dict[str, Any] = {}
        self.process = 0

    @LazyPart
    def bounds(self) -> Bounds:
        """The collections and documents that are shown."""
        from quoth.mcp.bounds import Bounds

        return Bounds(self.settings, self._shelf)

    @LazyPart
    def reader(self) -> Reader:
        """What reads documents."""
        from quoth.mcp.reading import Reader

        return Reader(self.bounds)

    @LazyPart
    def answering(self) -> Answering:
        """What answers questions and checks claims."""
        from quoth.mcp.answering import Answering

        return Answering(self.reader)

    @LazyPart
    def summaries(self) -> Summaries:
        """What summarizes documents, and reads files."""
        from quoth.mcp.summaries import Summaries

        return Summaries(self.bounds)
