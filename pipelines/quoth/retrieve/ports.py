"""The port between answering and search."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from quoth.collection import Scope
from quoth.retrieve.question import Question
from quoth.types import Hit


@runtime_checkable
class Searcher(Protocol):
    """Finds the chunks that may answer a question."""

    def parse_question(self, text: str) -> Question:
        """Return a question as a value. Raises `UsageError` for an empty one."""

    def search(
        self, question: Question | str, *, k: int | None = None, scope: Scope | None = None
    ) -> list[Hit]:
        """Return the best `k` hits, best first; only those within `scope`, where one is given."""
