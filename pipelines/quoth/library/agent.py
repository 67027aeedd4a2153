"""The tool by which an agent searches a library; a small model has its answer from it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from langchain_core.tools import StructuredTool

from quoth.collection import Scope
from quoth.errors import QuothError
from quoth.library.parts import Parts
from quoth.retrieve import search_tool
from quoth.types import Answer


def agent_tool(parts: Parts, *, k: int | None, scope: Scope | None) -> StructuredTool:
    """Return the search of a library as a tool.

    With a small model of the library, its artifact holds what the library answers itself.
    """

    def answer(question: str) -> str:
        with suppress(QuothError):  # the agent may have another model, and needs the passages alone
            if parts.model.describe().is_small:
                return _in_words(parts.answerer_within(scope).invoke(question))
        return ""

    return search_tool(parts.searcher, k=k, scope=scope, answer=answer)


def _in_words(answer: Answer) -> str:
    """Return an answer with its first place, or with the nearest one where no sentence answers."""
    near = answer.nearest if answer.kind == "nearest" else ()
    place = next(iter((*answer.citations, *near)), None)
    if place is None:
        return answer.text
    said = "" if answer.kind == "excerpt" else f"{answer.text} "
    words = answer.text if answer.kind == "excerpt" else place.quote
    quoted = f"“{' '.join(words.split())}”"
    name = place.document or Path(place.source).name
    return f"{said}{quoted} ({name}, page {place.page_label or place.page})"
