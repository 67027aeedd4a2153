"""The draft of an answer: the prompt, and the sources of the replies that it allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from langchain_core.messages import BaseMessage

from quoth.answer.cite import citation_of
from quoth.answer.phrases import Choice, line_of
from quoth.prompts import Prompt
from quoth.retrieve import Question
from quoth.text import Language, find_quote, split_words
from quoth.types import Chunk, Citation, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """A model call that answers a question from `excerpts`.

    `choices`, if given, are the replies that the model chooses from, the likeliest first.
    `max_tokens` limits the reply. `left_out` is the number of hits for which there was no room.
    """

    question: Question
    prompt: Prompt
    messages: tuple[BaseMessage, ...]
    excerpts: tuple[Chunk, ...]
    choices: tuple[Choice, ...] = ()
    max_tokens: int = 160
    left_out: int = 0

    def settle(self, reply: str) -> str:
        """Return the answer that a reply gives.

        Of `choices`, it is the one that the reply is, or the only one that it contains. A backend
        that cannot be held to them may reply anything else; then the answer is the sentence of the
        likeliest choice.
        """
        if not self.choices:
            return reply
        language = self.question.language
        said = _fold(reply, language)
        folded = {choice.text: _fold(choice.text, language) for choice in self.choices}
        same = [text for text, words in folded.items() if words == said]
        held = [text for text, words in folded.items() if words in said]
        if same or len(held) == 1:
            return (same or held)[0]
        return line_of(self.choices[0].sentence)

    def excerpt_of(self, answer: str) -> str:
        """Return the sentence that the answer was chosen from."""
        lines = {choice.text: line_of(choice.sentence) for choice in self.choices}
        return lines.get(answer, answer)

    def cite(self, answer: str) -> tuple[Citation, ...]:
        """Return the citation of the sentence that the answer was chosen from."""
        for choice in self.choices:
            if answer in {choice.text, line_of(choice.sentence)}:
                place = citation_of(choice.sentence, match="exact")
                words = find_quote(answer, place.quote)
                return (replace(place, marks=(words[:2],) if words else ()),)
        return ()


class Way(Protocol):
    """A way of answering: a small model chooses, a larger one writes."""

    def prepare(
        self, question: Question, hits: Sequence[Hit], shown: Sequence[Chunk]
    ) -> Draft | None:
        """Return the draft of an answer; `None` when the hits do not answer the question.

        `shown` are the excerpts that the model read for the previous question.
        """


def _fold(text: str, language: Language) -> str:
    """Return the words of a text between single spaces, in lower case."""
    return f" {' '.join(split_words(text, language))} "
