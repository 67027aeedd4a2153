"""The way of a larger model: it reads excerpts, and writes its answer with quotes."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from quoth.answer.draft import Draft
from quoth.answer.excerpts import fence_excerpt, order_excerpts
from quoth.config import Answering
from quoth.errors import ContextOverflowError
from quoth.models import LocalModel
from quoth.prompts import Prompt, add_request, select_prompt
from quoth.retrieve import Question
from quoth.text import ENGLISH, UNDETERMINED
from quoth.types import Chunk, Hit

_SPARE_TOKENS = 8


class Writing:
    """Lets a model write from whole excerpts, as many as its window has room for."""

    def __init__(self, model: LocalModel, settings: Answering) -> None:
        self._model = model
        self._settings = settings

    def prepare(self, question: Question, hits: Sequence[Hit], shown: Sequence[Chunk]) -> Draft:
        """Return the draft. The excerpts of the previous answer come first.

        Raises `ContextOverflowError`, with the counts, when the window has no room for the question
        and one excerpt.
        """
        prompt = select_prompt("answer", self._model, language=question.language.code)
        excerpts = order_excerpts(self._pack(prompt, question, hits), shown)
        messages = self._messages(prompt, question, excerpts)
        return Draft(question, prompt, tuple(messages), tuple(excerpts))

    def _pack(self, prompt: Prompt, question: Question, hits: Sequence[Hit]) -> list[Chunk]:
        """Return as many chunks, whole and best first, as the window has room for."""
        bare = self._model.count_prompt(self._messages(prompt, question, []))
        room = self._room(bare)
        packed: list[Chunk] = []
        for hit in hits:
            size = self._model.count_tokens(fence_excerpt(len(packed) + 1, hit.chunk))
            if size <= room:
                room -= size
                packed.append(hit.chunk)
        if not packed:
            best = self._model.count_tokens(hits[0].chunk.text)
            raise self._overflow(bare + best, "The question with the best excerpt")
        return packed

    def _room(self, bare: int) -> int:
        """Return the token budget for excerpts, given a prompt of `bare` tokens and an answer."""
        window = self._model.describe().context_window
        room = window - bare - self._settings.max_tokens - _SPARE_TOKENS
        if room <= 0:
            raise self._overflow(bare, "The question with its instructions")
        return min(room, self._settings.context_tokens)

    def _overflow(self, prompt_tokens: int, what: str) -> ContextOverflowError:
        return ContextOverflowError(
            prompt_tokens=prompt_tokens,
            answer_tokens=self._settings.max_tokens,
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
