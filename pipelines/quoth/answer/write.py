"""The way of a larger model: it reads excerpts, and writes its answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from quoth.answer.budget import find_budget, quotes_first
from quoth.answer.draft import Draft
from quoth.answer.excerpts import fence_excerpt, order_by_document, order_excerpts
from quoth.config import Answering
from quoth.errors import ContextOverflowError
from quoth.models import LocalModel
from quoth.prompts import Prompt, add_request, select_prompt
from quoth.retrieve import Question
from quoth.text import ENGLISH, UNDETERMINED
from quoth.types import Chunk, Hit

_SPARE_TOKENS = 8
_BYTES_A_TOKEN = 3.5
"""The bytes of a token of common text, in most tokenizers."""


class Writing:
    """Lets a model write from whole excerpts, as many as its window has room for."""

    def __init__(self, model: LocalModel, settings: Answering) -> None:
        self._model = model
        self._budget = find_budget(model.describe(), settings)

    def prepare(self, question: Question, hits: Sequence[Hit], shown: Sequence[Chunk]) -> Draft:
        """Return the draft. The excerpts of the previous answer come first.

        Raises `ContextOverflowError`, with the counts, when the window has no room for the question
        and one excerpt.
        """
        name = "answer-quoted" if quotes_first(self._model.describe()) else "answer"
        prompt = select_prompt(name, self._model, language=question.language.code)
        packed = self._pack(prompt, question, hits)
        excerpts = order_excerpts(packed, shown)
        messages = self._messages(prompt, question, excerpts)
        left = len(hits) - len(packed)
        return Draft(
            question,
            prompt,
            tuple(messages),
            tuple(excerpts),
            max_tokens=self._budget.answer,
            left_out=left,
        )

    def _pack(self, prompt: Prompt, question: Question, hits: Sequence[Hit]) -> list[Chunk]:
        """Return as many chunks, whole and best first, as the window has room for."""
        bare = self._model.count_prompt(self._messages(prompt, question, []))
        room, budget = self._room(bare), self._budget.excerpts
        packed: list[Chunk] = []
        for chunk in order_by_document(question, [hit.chunk for hit in hits]):
            fenced = fence_excerpt(len(packed) + 1, chunk)
            size = self._model.count_tokens(fenced)
            cost = self._estimate(fenced, size)
            if size <= room and cost <= budget:
                room, budget = room - size, budget - cost
                packed.append(chunk)
        if not packed:
            best = self._model.count_tokens(hits[0].chunk.text)
            raise self._overflow(bare + best, "The question with the best excerpt")
        return packed

    def _estimate(self, text: str, bound: int) -> int:
        """Return the tokens of a text, estimated where the model only tells an upper bound.

        The bound keeps a prompt within the window; a budget for reading needs no bound.
        """
        if self._model.describe().counting == "exact":
            return bound
        return min(bound, math.ceil(len(text.encode()) / _BYTES_A_TOKEN))

    def _room(self, bare: int) -> int:
        """Return the tokens that a prompt of `bare` tokens and an answer leave in the window."""
        window = self._model.describe().context_window
        room = window - bare - self._budget.answer - _SPARE_TOKENS
        if room <= 0:
            raise self._overflow(bare, "The question with its instructions")
        return room

    def _overflow(self, prompt_tokens: int, what: str) -> ContextOverflowError:
        return ContextOverflowError(
            prompt_tokens=prompt_tokens,
            answer_tokens=self._budget.answer,
            window=self._model.describe().context_window,
            what=what,
        )

    def _messages(
        self, prompt: Prompt, question: Question, chunks: Sequence[Chunk]
    ) -> list[BaseMessage]:
        """Return the messages, with a request for the language where the prompt has another."""
        context = "\n\n".join(fence_excerpt(n, chunk) for n, chunk in enumerate(chunks, start=1))
        messages = prompt.messages(context=context, question=question.text)
        spoken = question.language
        if spoken.code in (ENGLISH.code, UNDETERMINED, prompt.language):
            return messages
        request = select_prompt("answer-language", self._model).texts(language=spoken.name)[1]
        return add_request(messages, request)
