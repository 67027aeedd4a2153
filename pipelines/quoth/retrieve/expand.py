"""What else a search may ask: the question rewritten, questions close to it, a made-up answer.

A language model writes them, so a search waits for it; all are off by default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.runnables import Runnable, RunnableConfig

from quoth.models import LocalModel
from quoth.prompts import select_prompt

Way = Literal["rewrite", "multi", "hyde"]
MAX_TOKENS = 160
_NUMBER = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s*")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Texts to search with beside the question: more `questions`, and `passages` like an answer.

    Questions count on both sides. Passages count on the dense side only: their words are made up.
    """

    questions: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


class Expander(Runnable[str, Expansion]):
    """Asks a model what else to search for. A LangChain `Runnable`.

    `rewrite` gives the question in the words of a search, `multi` up to three questions close to
    it, `hyde` a passage as it could stand in a document that answers it (Gao and others 2022).
    """

    def __init__(self, model: LocalModel, way: Way) -> None:
        self.model = model
        self.way = way

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Expansion:
        """Return what to search with beside the question; nothing when the model wrote nothing."""
        name = {"rewrite": "rewrite-question", "multi": "search-queries", "hyde": "hyde"}[self.way]
        messages = select_prompt(name, self.model).messages(question=input)
        reply = str(self.model.invoke(messages, config, max_tokens=MAX_TOKENS).text).strip()
        if self.way == "hyde":
            return Expansion(passages=(reply,) if reply else ())
        lines = [_NUMBER.sub("", line).strip() for line in reply.splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line and not line.endswith(":")))
        return Expansion(questions=tuple(lines[: 1 if self.way == "rewrite" else 3]))
