"""What the tools work with: it is loaded by the first call, so that a client is greeted at once."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from quoth.library import LazyPart
from quoth.mcp.settings import AgentSettings

if TYPE_CHECKING:
    from quoth.config import Config
    from quoth.mcp.answering import Answering
    from quoth.mcp.reading import Reader
    from quoth.mcp.shelf import Shelf
    from quoth.mcp.summaries import Summaries


class Desk:
    """The shelf of one server, and those who read, answer and summarize from it."""

    def __init__(self, settings: AgentSettings, config: Config) -> None:
        self.settings = settings
        self._config = config
        self.making = RLock()
        self.made: dict[str, Any] = {}
        self.process = 0

    @LazyPart
    def shelf(self) -> Shelf:
        """The collections that the server shows."""
        from quoth.mcp.shelf import Shelf

        return Shelf(self.settings, self._config)

    @LazyPart
    def reader(self) -> Reader:
        """What reads documents."""
        from quoth.mcp.reading import Reader

        return Reader(self.shelf)

    @LazyPart
    def answering(self) -> Answering:
        """What answers questions and checks claims."""
        from quoth.mcp.answering import Answering

        return Answering(self.reader)

    @LazyPart
    def summaries(self) -> Summaries:
        """What summarizes documents, and reads files."""
        from quoth.mcp.summaries import Summaries

        return Summaries(self.shelf)

    def close(self) -> None:
        """Close what was opened."""
        if "shelf" in self.made:
            self.shelf.close()
