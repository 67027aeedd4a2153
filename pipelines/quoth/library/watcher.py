"""Whoever follows an answer or a summary while it is made, and may stop it at every token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from quoth.retrieve import Hits
from quoth.types import Hit


class Watcher(BaseCallbackHandler):
    """Calls `check`, which may raise, at every token; tells what the search found."""

    raise_error = True
    run_inline = True

    def __init__(
        self, check: Callable[[], None], found: Callable[[Sequence[Hit]], None] | None = None
    ) -> None:
        self._check = check
        self._found = found

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Stop the model, if its answer is not wanted any more."""
        self._check()

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Tell the hits of the search."""
        self._check()
        if self._found and isinstance(outputs, Hits):
            self._found(list(outputs))
