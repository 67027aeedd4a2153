"""Texts to search with in addition to the question: rewritten, similar questions, a made-up answer.

A language model writes them, so a search waits for it; all are off by default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.runnables import Runnable, RunnableConfig

from quoth.journal import Journal
from quoth.models import ChatRequest, LocalModel, ModelCalls
from quoth.prompts import select_prompt

ExpansionMethod = Literal["rewrite", "multi", "hyde"]
MAX_TOKENS = 160
_PROMPTS: dict[ExpansionMethod, str] = {
    "rewrite": "rewrite-question",
    "multi": "search-queries",
    "hyde": "hyde",
}
_MAX_QUESTIONS: dict[ExpansionMethod, int] = {"rewrite": 1, "multi": 3}
_ITEM_NUMBER = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s*")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Texts to search with: similar `questions`, and `passages` like an answer.

    Questions count on both sides. Passages count on the dense side only: their words are made up.
    """

    questions: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


class Expander(Runnable[str, Expansion]):
    """Asks a model what else to search for. A LangChain `Runnable`.

    `rewrite` gives the question in the words of a search, `multi` up to three similar questions,
    `hyde` a passage that a document with the answer might contain (Gao and others 2022). A reply to
    the same question comes from `journal`.

    >>> Expander(library.model, "hyde").invoke("How much is the deposit?").questions
    ()
    """

    def __init__(
        self, model: LocalModel, method: ExpansionMethod, *, journal: Journal | None = None
    ) -> None:
        self.model = model
        self.method: ExpansionMethod = method
        self._calls = ModelCalls(model, journal)

    def __repr__(self) -> str:
        return f"<Expander {self.method!r} by {self.model.model}>"

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Expansion:
        """Return texts to search with in addition to the question; none if the model wrote none."""
        messages = select_prompt(_PROMPTS[self.method], self.model).messages(question=input)
        request = ChatRequest(tuple(messages), max_tokens=MAX_TOKENS, purpose="expand")
        reply = self._calls.call(request, config).text
        if self.method == "hyde":
            return Expansion(passages=(reply,) if reply else ())
        lines = [_ITEM_NUMBER.sub("", line).strip() for line in reply.splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line and not line.endswith(":")))
        return Expansion(questions=tuple(lines[: _MAX_QUESTIONS[self.method]]))
