"""The port between answering and search."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from quoth.collection import Scope
from quoth.retrieve.question import Hits


@runtime_checkable
class Searcher(Protocol):
    """Finds the chunks that may answer a question."""

    def search(self, question: str, *, k: int | None = None, scope: Scope | None = None) -> Hits:
        """Return the best `k` hits, best first; only those within `scope`, where one is given."""
