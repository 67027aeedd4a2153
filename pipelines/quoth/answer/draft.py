"""The draft of an answer: the prompt, and the excerpts in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from quoth.answer.cite import cite
from quoth.prompts import Prompt
from quoth.retrieve import Question
from quoth.types import Chunk, Citation


@dataclass(frozen=True, slots=True)
class Draft:
    """A model call that answers a question from `excerpts`."""

    question: Question
    prompt: Prompt
    messages: tuple[BaseMessage, ...]
    excerpts: tuple[Chunk, ...]

    def cite(self, answer: str, quotes: Sequence[str]) -> tuple[Citation, ...]:
        """Return the citations of an answer, and of the quotes that the model gave with it."""
        return cite(
            self.question.text,
            answer,
            self.excerpts,
            quotes=quotes,
            language=self.question.language,
        )
