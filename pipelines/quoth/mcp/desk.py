"""What the tools work with: it is loaded by the first call, so that a client is greeted at once."""

from __future__ import annotations

from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

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
        self._lock = RLock()

    @cached_property
    def shelf(self) -> Shelf:
        """The collections that the server shows."""
        from quoth.mcp.shelf import Shelf

        with self._lock:
            return self.__dict__.get("shelf") or Shelf(self.settings, self._config)

    @cached_property
    def reader(self) -> Reader:
        """What reads documents."""
        from quoth.mcp.reading import Reader

        return Reader(self.shelf)

    @cached_property
    def answering(self) -> Answering:
        """What answers questions and checks claims."""
        from quoth.mcp.answering import Answering

        return Answering(self.reader)

    @cached_property
    def summaries(self) -> Summaries:
        """What summarizes documents, and reads files."""
        from quoth.mcp.summaries import Summaries

        return Summaries(self.shelf)

    def close(self) -> None:
        """Close what was opened."""
        if "shelf" in self.__dict__:
            self.shelf.close()
