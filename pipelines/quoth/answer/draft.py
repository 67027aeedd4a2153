"""The draft of an answer: the prompt, and the sources of the replies that it allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from langchain_core.messages import BaseMessage

from quoth.answer.cite import citation_of, cite
from quoth.answer.reply import Reply
from quoth.answer.sentences import Sentence
from quoth.prompts import Prompt
from quoth.retrieve import Question
from quoth.types import Chunk, Citation, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """A model call that answers a question from `excerpts`.

    `grammar`, if given, restricts the reply of the model. `origins` maps replies that it allows to
    the sentences that they are from.
    """

    question: Question
    prompt: Prompt
    messages: tuple[BaseMessage, ...]
    excerpts: tuple[Chunk, ...]
    grammar: str = ""
    origins: Mapping[str, Sentence] = field(default_factory=dict)

    def cite(self, reply: Reply) -> tuple[Citation, ...]:
        """Return the citations of a reply."""
        if origin := self.origins.get(reply.text):
            return (citation_of(origin, finding="exact"),)
        return cite(self.question.text, reply.text, self.excerpts, quotes=reply.quotes)


class Way(Protocol):
    """A way of answering: a small model chooses, a larger one writes."""

    def prepare(
        self, question: Question, hits: Sequence[Hit], shown: Sequence[Chunk]
    ) -> Draft | None:
        """Return the draft of an answer; `None` when the hits do not answer the question.

        `shown` are the excerpts that the model read for the previous question.
        """
