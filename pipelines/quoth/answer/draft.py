"""The draft of an answer: the prompt, and the excerpts in it."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from quoth.prompts import Prompt
from quoth.retrieve import Question
from quoth.types import Chunk


@dataclass(frozen=True, slots=True)
class Draft:
    """A model call that answers a question from `excerpts`.

    `max_tokens` limits the reply. `left_out` is the number of hits for which there was no room.
    """

    question: Question
    prompt: Prompt
    messages: tuple[BaseMessage, ...]
    excerpts: tuple[Chunk, ...]
    max_tokens: int
    left_out: int = 0
