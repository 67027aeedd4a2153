"""How work that nobody waits for any more is stopped: at a token, between calls, between files."""

from __future__ import annotations

from threading import Event

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs

from quoth.library.watcher import Watcher
from quoth.summarize import Monitor, StoppedError
from quoth.types import Progress


class Halt(BaseException):
    """Ends the work of a thread. LangChain logs any other exception of a callback."""


class Stopper(Monitor):
    """Stops model calls and summaries once `stop` is set."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    @property
    def stopped(self) -> bool:
        """Whether no further call may begin."""
        return self._stop.is_set()

    def config(self, config: RunnableConfig | None) -> RunnableConfig:
        """Return the caller's config, with a callback that ends a call at a token."""
        return merge_configs(config, {"callbacks": [Watcher(self._check)]})

    def _check(self) -> None:
        if self.stopped:
            raise Halt

    def progress(self, tell: Progress | None) -> Progress:
        """Return a callback for progress that tells the caller's, and stops the work."""

        def report(finished: int, total: int, name: str) -> None:
            if self.stopped:
                raise StoppedError("It was stopped; what was finished is kept.")
            if tell is not None:
                tell(finished, total, name)

        return report
