"""Question → answer with citations that were found again on their pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from threading import Thread
from typing import Any, cast

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import patch_config, run_in_executor

from quoth.answer.evidence import Evidence, weigh
from quoth.answer.ground import Sentence, citation, cite
from quoth.answer.phrases import Kind, Phrase, fits, kind_of, phrases, with_measure
from quoth.answer.reply import Reply, is_declined
from quoth.config import Answering
from quoth.errors import ContextOverflowError, QuothError
from quoth.models import LocalModel, timings_of
from quoth.prompts import Prompt, select_prompt
from quoth.retrieve import Searcher, checked_question
from quoth.text import encloses, unsupported_numbers, without_links
from quoth.types import Answer, Chunk, Citation, Hit, Timings

NOT_FOUND = "This is not in your documents."
SMALL = 1_000_000_000
"""Parameters below which a model chooses among words of the text instead of writing."""
SENTENCES = 3
"""Sentences that such a model chooses from."""
CHOICES = 3
"""Phrases that it chooses from."""
SETTLES = 3
"""So many of the best hits, when they were shown before, settle that nothing else is shown."""
_LONGEST_CHOICE = 600
_RANKED = 20


class Answerer(Runnable[str, Answer]):
    """Answers from one collection and from nothing else. A LangChain `Runnable`.

    `invoke` and `batch` give an `Answer`. `stream` and `astream` give its text as it is written,
    and at the end the whole `Answer`, which is what a part that follows with `|` receives.

    A model with a billion parameters or more reads the best passages and writes, quoting what its
    answer rests on. A smaller one cannot do that truthfully: it reads the best sentences and
    chooses its answer among their words (`answering.style`).
    """

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
        for part in self.stream(input, config):
            answer = part
        assert isinstance(answer, Answer)
        return answer

    def stream(  # type: ignore[override]  # parts of an answer are not answers
        self,
        input: str,
        config: RunnableConfig | None = None,
        *,
        shown: list[Chunk] | None = None,
        **kwargs: Any,
    ) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`.

        `shown` is what the question before was answered from, and becomes what this one is: the
        excerpts that both have in common stand first, so that they need not be read again.
        """
        return self._transform_stream_with_config(
            iter((input,)), cast(Any, self._parts), config, shown=[] if shown is None else shown
        )

    async def astream(  # type: ignore[override]
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[str | Answer]:
        """Yield the same as `stream`; the work is done in a thread, so that the loop goes on."""
        parts = self.stream(input, config)
        while (part := await run_in_executor(config, next, parts, None)) is not None:
            yield part

    def _parts(
        self,
        questions: Iterator[str],
        run_manager: CallbackManagerForChainRun,
        config: RunnableConfig,
        shown: list[Chunk],
    ) -> Iterator[str | Answer]:
        config = patch_config(config, callbacks=run_manager.get_child())
        question = checked_question(next(questions))
        Thread(target=self._preload).start()
        search = RunnableLambda(self.searcher.search, name="search")
        hits: list[Hit] = search.invoke(question, config)
        if not self._near_enough(hits):
            yield NOT_FOUND
            yield self._nothing(question, hits, Timings(calls=0))
        elif self._chooses():
            yield from self._choose(question, hits, config)
        else:
            yield from self._write(question, hits, config, shown)

    def _preload(self) -> None:
        """Load the model while the search goes on; the call that needs it tells of an error."""
        with suppress(QuothError):
            self.model.preload()

    def _chooses(self) -> bool:
        if self.settings.style == "auto":
            return 0 < self.model.describe().parameters < SMALL
        return self.settings.style == "phrase"

    def _near_enough(self, hits: Sequence[Hit]) -> bool:
        similarities = [hit.dense_score for hit in hits if hit.dense_score is not None]
        if not similarities:
            return bool(hits)
        return max(similarities) >= self.settings.floor

    # -- a small model chooses ---------------------------------------------------------------

    def _choose(
        self, question: str, hits: Sequence[Hit], config: RunnableConfig | None
    ) -> Iterator[str | Answer]:
        evidence = weigh(question, hits, self.searcher.embedder)
        choices = _choices(question, evidence)
        if evidence.likelihood < self.settings.likelihood or not choices:
            yield NOT_FOUND
            yield self._nothing(question, hits, Timings(calls=0))
            return
        read = list(dict.fromkeys(_one_line(choice.sentence) for choice in choices))
        prompt = select_prompt("answer-small", self.model)
        messages = prompt.messages(context=" ".join(read), question=question)
        grammar = "root ::= " + " | ".join(
            json.dumps(choice.text, ensure_ascii=False) for choice in choices
        )
        whole: AIMessageChunk | None = None
        reply = Reply()
        for chunk in self.model.stream(
            messages, config, max_tokens=self.settings.max_tokens, grammar=grammar
        ):
            assert isinstance(chunk, AIMessageChunk)
            whole = chunk if whole is None else whole + chunk
            if text := reply.feed(str(chunk.text)):
                yield text
        if text := reply.finish():
            yield text
        assert whole is not None
        chosen = next((choice for choice in choices if choice.text == reply.text), None)
        if chosen is not None:
            found = chosen.sentence
            citations: tuple[Citation, ...] = (
                citation(found.chunk, found.start, found.end, how="exact"),
            )
        else:  # its backend takes no grammar
            citations = cite(question, reply.text, [c.sentence.chunk for c in choices])
        chunks = [hit.chunk for hit in hits]
        yield self._answer(question, reply, whole, hits, chunks, citations)

    # -- a larger one writes -----------------------------------------------------------------

    def _write(
        self,
        question: str,
        hits: Sequence[Hit],
        config: RunnableConfig | None,
        shown: list[Chunk],
    ) -> Iterator[str | Answer]:
        prompt = select_prompt("answer", self.model)
        shown[:] = chunks = steady([hit.chunk for hit in self._pack(prompt, question, hits)], shown)
        messages = _messages(prompt, question, chunks)
        whole: AIMessageChunk | None = None
        reply = Reply()
        for chunk in self.model.stream(messages, config, max_tokens=self.settings.max_tokens):
            assert isinstance(chunk, AIMessageChunk)
            whole = chunk if whole is None else whole + chunk
            if text := reply.feed(str(chunk.text)):
                yield text
        if text := reply.finish():
            yield text
        assert whole is not None
        citations = cite(question, reply.text, chunks, quotes=reply.quotes)
        yield self._answer(question, reply, whole, hits, chunks, citations)

    def _pack(self, prompt: Prompt, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return as many hits, whole and best first, as the window leaves room for."""
        window = self.model.describe().context_window
        bare = self.model.count_prompt(_messages(prompt, question, []))
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

    # -- what comes of it --------------------------------------------------------------------

    def _answer(
        self,
        question: str,
        reply: Reply,
        message: AIMessageChunk,
        hits: Sequence[Hit],
        chunks: Sequence[Chunk],
        citations: tuple[Citation, ...],
    ) -> Answer:
        timings = timings_of(message)
        if is_declined(reply.text):
            return self._nothing(question, hits, timings)
        cited = [chunk.text for chunk in chunks if any(encloses(chunk, one) for one in citations)]
        return Answer(
            question=question,
            text=reply.text,
            answerable=True,
            citations=citations,
            nearest=tuple(hits),
            model=self.model.model,
            timings=timings,
            unsupported_numbers=unsupported_numbers(reply.text, cited),
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


@dataclass(frozen=True, slots=True)
class _Choice:
    """Words that a model may choose as its answer, and the sentence that they stand in."""

    text: str
    sentence: Sentence


def _choices(question: str, evidence: Evidence) -> list[_Choice]:
    """Return what a small model chooses from.

    These are phrases of the kind that the question asks for: a number with its unit, a date, a
    name. Where there is none, only the best sentence is left: of the sentences on 40 questions, the
    best one held the answer 34 times, the one that SmolLM2-135M chose 18 times at most. None holds
    a link.
    """
    best = evidence.sentences[:SENTENCES]
    lines = [_one_line(sentence) for sentence in best]
    kind = kind_of(question)
    ranked = phrases(question, lines, evidence.weights, most=_RANKED)
    fitting = [phrase for phrase in ranked if fits(phrase.text, kind)]
    chosen = [phrase for phrase in ranked[:CHOICES] if phrase in fitting] or fitting[:1]
    if chosen:
        apart: list[_Choice] = []  # a part of a likelier one is no other answer
        for phrase in chosen:
            text = _measured(phrase, lines, kind, question)
            if not any(text in other.text or other.text in text for other in apart):
                apart.append(_Choice(text, best[phrase.sentence]))
        return apart
    whole = [
        _Choice(line, sentence)
        for line, sentence in zip(lines, best, strict=True)
        if 0 < len(line) <= _LONGEST_CHOICE
    ]
    return whole[:1] or [_Choice(phrase.text, best[phrase.sentence]) for phrase in ranked[:CHOICES]]


def _measured(phrase: Phrase, lines: Sequence[str], kind: Kind, question: str) -> str:
    if kind != "number":
        return phrase.text
    return with_measure(phrase.text, lines[phrase.sentence], question)


def steady(found: Sequence[Chunk], shown: Sequence[Chunk]) -> list[Chunk]:
    """Return what a follow-up is answered from, in an order that a cache of the prompt profits by.

    Where the best that was found was shown before, all of what was shown is shown again. Otherwise
    what both begin with stays in front, and the rest follows, best first.
    """
    if shown and all(chunk in shown for chunk in found[:SETTLES]):
        return list(shown)
    same = list(takewhile(lambda chunk: chunk in found, shown))
    return same + [chunk for chunk in found if chunk not in same]


def _one_line(sentence: Sentence) -> str:
    return " ".join(without_links(sentence.text).split())


def _messages(prompt: Prompt, question: str, chunks: Sequence[Chunk]) -> list[BaseMessage]:
    context = "\n\n".join(_excerpt(n, chunk) for n, chunk in enumerate(chunks, start=1))
    return prompt.messages(context=context, question=question)


def _excerpt(number: int, chunk: Chunk) -> str:
    """Return a chunk between two fences, which its own text cannot close."""
    place = f"{chunk.title}, page {chunk.page_label or chunk.page}"
    text = chunk.text.replace("</excerpt", "< /excerpt").replace("<excerpt", "< excerpt")
    return f"<excerpt {number}: {' '.join(place.split())}>\n{text}\n</excerpt {number}>"
