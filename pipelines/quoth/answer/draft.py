"""The draft of an answer: the prompt, and the excerpts in it."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from quoth.prompts import Prompt
from quoth.retrieve import Question
from quoth.types import Chunk


@dataclass(frozen=True, slots=True)
class Draft:
    """A model call that answers a question from `excerpts`."""

    question: Question
    prompt: Prompt
    messages: tuple[BaseMessage, ...]
    excerpts: tuple[Chunk, ...]
