"""How work that nobody waits for any more is stopped: at a token, between calls, between files."""

from __future__ import annotations

from threading import Event
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs

from quoth.summarize import Monitor, StoppedError
from quoth.types import Progress


class Halt(BaseException):
    """Ends the work of a thread. LangChain logs any other exception of a callback."""


class Stopper(BaseCallbackHandler, Monitor):
    """Stops model calls and summaries once `stop` is set."""

    raise_error = True
    run_inline = True

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    @property
    def stopped(self) -> bool:
        """Whether no further call may begin."""
        return self._stop.is_set()

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """End the call at a token."""
        if self.stopped:
            raise Halt

    def config(self, config: RunnableConfig | None) -> RunnableConfig:
        """Return the caller's config, with this among its callbacks."""
        return merge_configs(config, {"callbacks": [self]})

    def progress(self, tell: Progress | None) -> Progress:
        """Return a callback for progress that tells the caller's, and stops the work."""

        def report(finished: int, total: int, name: str) -> None:
            if self.stopped:
                raise StoppedError("It was stopped; what was finished is kept.")
            if tell is not None:
                tell(finished, total, name)

        return report
