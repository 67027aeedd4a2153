"""Question → answer with citations that were found again on their pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable, RunnableConfig

from pipelines.backends.model import LocalModel, timings_of
from pipelines.config import Answering
from pipelines.errors import ContextOverflowError
from pipelines.ground import cite, unsupported_numbers
from pipelines.prompts import Prompt, select_prompt
from pipelines.retrieve import Searcher, checked_question
from pipelines.types import Answer, Chunk, Hit, Timings

NOT_FOUND = "This is not in your documents."


class Answerer(Runnable[str, Answer]):
    """Answers from one collection and from nothing else. A LangChain `Runnable`."""

    def __init__(self, searcher: Searcher, model: LocalModel, settings: Answering) -> None:
        self.searcher = searcher
        self.model = model
        self.settings = settings

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """Return the answer to a question.

        Raises `UsageError` for an empty question and `ContextOverflowError`, with the counts, for
        one that does not fit the model's window.
        """
        answer = None
        for part in self.stream_parts(input, config):
            answer = part
        assert isinstance(answer, Answer)
        return answer

    def stream_parts(
        self, question: str, config: RunnableConfig | None = None
    ) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`."""
        question = checked_question(question)
        hits = self.searcher.search(question)
        if not self._good_enough(hits):
            yield NOT_FOUND
            yield self._nothing(question, hits, Timings(calls=0))
            return
        prompt = select_prompt("answer", self.model)
        shown = self._pack(prompt, question, hits)
        messages = self._messages(prompt, question, [hit.chunk for hit in shown])
        whole: AIMessageChunk | None = None
        for chunk in self.model.stream(messages, config, max_tokens=self.settings.max_tokens):
            assert isinstance(chunk, AIMessageChunk)
            whole = chunk if whole is None else whole + chunk
            if text := str(chunk.text):
                yield text
        assert whole is not None
        yield self._answer(question, whole, hits, shown)

    def _answer(
        self, question: str, message: AIMessageChunk, hits: Sequence[Hit], shown: Sequence[Hit]
    ) -> Answer:
        text = str(message.text).strip()
        timings = timings_of(message)
        if not text or text.rstrip(".").lower() in _DECLINED:
            return self._nothing(question, hits, timings)
        chunks = [hit.chunk for hit in shown]
        citations = cite(question, text, chunks)
        cited = [
            chunk.text
            for chunk in chunks
            if any(c.source == chunk.source and c.page == chunk.page for c in citations)
        ]
        return Answer(
            question=question,
            text=text,
            answerable=True,
            citations=citations,
            nearest=tuple(hits),
            model=self.model.model,
            timings=timings,
            unsupported_numbers=unsupported_numbers(text, [question, *cited]),
            thinking=str(message.additional_kwargs.get("reasoning_content", "")),
        )

    def _nothing(self, question: str, hits: Sequence[Hit], timings: Timings) -> Answer:
        return Answer(
            question=question,
            text=NOT_FOUND,
            answerable=False,
            citations=(),
            nearest=tuple(hits),
            model=self.model.model,
            timings=timings,
        )

    def _good_enough(self, hits: Sequence[Hit]) -> bool:
        similarities = [hit.dense_score for hit in hits if hit.dense_score is not None]
        if not similarities:
            return bool(hits)
        return max(similarities) >= self.settings.floor

    def _pack(self, prompt: Prompt, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return as many hits, whole and best first, as the window leaves room for."""
        window = self.model.describe().context_window
        bare = self.model.count_prompt(self._messages(prompt, question, []))
        room = window - bare - self.settings.max_tokens - 8
        if room <= 0:
            raise ContextOverflowError(
                prompt_tokens=bare,
                answer_tokens=self.settings.max_tokens,
                window=window,
                what="The question with its instructions",
            )
        room = min(room, self.settings.context_tokens)
        shown: list[Hit] = []
        for hit in hits:
            size = self.model.count_tokens(_excerpt(len(shown) + 1, hit.chunk))
            if size > room:
                continue
            room -= size
            shown.append(hit)
        if not shown:
            best = hits[0].chunk
            raise ContextOverflowError(
                prompt_tokens=bare + self.model.count_tokens(best.text),
                answer_tokens=self.settings.max_tokens,
                window=window,
                what="The question with the best excerpt",
            )
        return shown

    def _messages(
        self, prompt: Prompt, question: str, chunks: Sequence[Chunk]
    ) -> list[BaseMessage]:
        context = "\n\n".join(_excerpt(n, chunk) for n, chunk in enumerate(chunks, start=1))
        return prompt.messages(context=context, question=question)


_DECLINED = {
    "this is not in your documents",
    "not in the documents",
    "not in your documents",
    "i don't know",
}


def _excerpt(number: int, chunk: Chunk) -> str:
    place = chunk.title + (f", page {chunk.page_label or chunk.page}" if chunk.page else "")
    return f"[{number}] {place}\n{chunk.text}"
