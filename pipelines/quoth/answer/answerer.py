"""Question → answer, with citations that were checked against their pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Lock, Thread
from typing import Any, cast

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import patch_config, run_in_executor

from quoth.answer.budget import find_budget
from quoth.answer.catalog import Catalog
from quoth.answer.choose import choose_excerpts
from quoth.answer.draft import Draft
from quoth.answer.evidence import HITS
from quoth.answer.languages import find_evidence_language
from quoth.answer.places import find_nearest
from quoth.answer.rules import Calibration, find_calibration
from quoth.answer.write import Writing
from quoth.answer.written import WrittenAnswer, WrittenReply
from quoth.collection import Scope
from quoth.config import Answering
from quoth.errors import GenerationError, QuothError
from quoth.journal import Journal
from quoth.models import (
    Call,
    ChatRequest,
    LocalModel,
    ModelCalls,
    silence_error,
    stream_reply,
)
from quoth.retrieve import Hits, Question, Searcher, check_question
from quoth.types import Answer, Chunk, Hit, NotRead, Timings

GrowHits = Callable[[Sequence[Hit], int], Sequence[Hit]]
"""Given hits and a number of tokens, the hits grown to that length within their sections."""


class Answerer(Runnable[str, Answer]):
    """Answers from one collection and from nothing else. A LangChain `Runnable`.

    `invoke` and `batch` give an `Answer`. `stream` and `astream` give its text as it is written,
    and at the end the whole `Answer`; a part that follows with `|` receives the `Answer` alone.

    A model with a billion parameters or more reads the best passages and writes its answer with
    quotes. A smaller one is not reliable enough for that: the answer is an excerpt, text of the
    documents word for word, and no model is called (`answering.style`).

    A question about the collection itself is answered by `catalog`, if given, without the model.

    A reply to the same prompt, by the same model with the same parameters, comes from `journal`.

    >>> chain = library.answerer | (lambda answer: answer.phrase)
    >>> chain.invoke("How much is the deposit?")
    '4,500 crowns'
    """

    def __init__(
        self,
        searcher: Searcher,
        model: LocalModel,
        settings: Answering,
        *,
        journal: Journal | None = None,
        catalog: Catalog | None = None,
        k: int | None = None,
        grow: GrowHits | None = None,
        scope: Scope | None = None,
    ) -> None:
        self.searcher = searcher
        self.model = model
        self.settings = settings
        self.catalog = catalog
        self.k = k
        self.grow = grow
        self.scope = scope
        self.calls = ModelCalls(model, journal)
        self._preloading = Lock()

    def __repr__(self) -> str:
        return f"<Answerer by {self.model.model}>"

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
        shown: Sequence[Chunk] = (),
        **kwargs: Any,
    ) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`.

        `shown` are the `excerpts` of the previous answer. Excerpts that are shown again come first,
        so that the model's prompt cache still holds them.
        """
        return self._transform_stream_with_config(
            iter((input,)), cast(Any, self._whole_parts), config, shown=shown
        )

    async def astream(  # type: ignore[override]
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[str | Answer]:
        """Yield the parts of `stream`, made in a thread so that the event loop is not blocked."""
        parts = self.stream(input, config)
        while (part := await run_in_executor(config, next, parts, None)) is not None:
            yield part

    @staticmethod
    def calibration_for(hits: Hits) -> Calibration:
        """Return the rules and limits for the embedder and the languages of question and hits.

        A question in another language than its evidence has no limits.
        """
        question = hits.question
        spoken = find_evidence_language(question, (hit.chunk for hit in hits[:HITS]))
        names = sorted({question.language.name, spoken.name})
        return find_calibration(question.embedder.fingerprint, *names)

    def _whole_parts(
        self,
        questions: Iterator[str],
        run_manager: CallbackManagerForChainRun,
        config: RunnableConfig,
        shown: Sequence[Chunk],
    ) -> Iterator[str | Answer]:
        """Yield the parts of an answer, which is completed by what its documents tell."""
        for part in self._parts(questions, run_manager, config, shown):
            if self.catalog and isinstance(part, Answer):
                part = self.catalog.complete(part)
            yield part

    def _parts(
        self,
        questions: Iterator[str],
        run_manager: CallbackManagerForChainRun,
        config: RunnableConfig,
        shown: Sequence[Chunk],
    ) -> Iterator[str | Answer]:
        config = patch_config(config, callbacks=run_manager.get_child())
        text = check_question(next(questions))  # no model is loaded for an empty one
        if self.catalog and (known := self.catalog.answer(text)):
            yield known.text
            yield known
            return
        shows_excerpts = self._shows_excerpts()
        if not shows_excerpts:
            self._preload()
        find = partial(self.searcher.search, k=self._find_k(), scope=self.scope)
        search: Runnable[str, Hits] = RunnableLambda(find, name="search")
        hits = search.invoke(text, config)
        if shows_excerpts:
            excerpt = choose_excerpts(hits, self.settings)
            yield excerpt.text
            yield excerpt
            return
        question = hits.question
        hits = self._grow(hits)
        draft = None
        if _is_near(hits, self.calibration_for(hits).floor_in(self.settings)):
            draft = Writing(self.model, self.settings).prepare(question, hits, shown)
        if draft is None:
            yield question.language.questions.not_found
            yield self._declined(question, hits)
        else:
            yield from self._answer(draft, hits, config)

    def _find_k(self) -> int | None:
        """Return the number of hits: that of the user, else what a model that writes can read."""
        if self.k is not None:
            return self.k
        with suppress(QuothError):  # the call that needs the model raises it
            if not self._shows_excerpts():
                return find_budget(self.model.describe(), self.settings).hits
        return None

    def _grow(self, hits: Hits) -> Hits:
        """Return the hits with their neighbours, as far as the budget of the model allows."""
        if self.grow is None or not hits:
            return hits
        budget = find_budget(self.model.describe(), self.settings)
        return Hits(hits.question, self.grow(hits, budget.excerpts // len(hits)))

    def _preload(self) -> None:
        """Load the model while the search runs, in one thread at a time."""

        def load() -> None:
            try:
                with suppress(QuothError):  # the call that needs the model raises it
                    self.model.preload()
            finally:
                self._preloading.release()

        if self._preloading.acquire(blocking=False):
            Thread(target=load, name="preload").start()

    def _shows_excerpts(self) -> bool:
        """Whether the answers are excerpts, which need no model."""
        style = self.settings.style
        return style == "phrase" or (style == "auto" and self.model.describe().is_small)

    def _answer(
        self, draft: Draft, hits: Sequence[Hit], config: RunnableConfig
    ) -> Iterator[str | Answer]:
        """Yield the text of the model's reply as far as it is certain, and the `Answer`."""
        request = ChatRequest(
            draft.messages,
            max_tokens=draft.max_tokens,
            end_loops=False,  # an answer may repeat what it quotes
            purpose="answer",
        )
        reply = WrittenReply(
            draft.question.text,
            draft.excerpts,
            labels=draft.prompt.labels,
            refusals=draft.prompt.refusals,
            language=draft.question.language,
        )
        shown = ""
        call: Call | None = None
        for part in stream_reply(self.calls, request, config):
            if isinstance(part, Call):
                call = part
            elif text := reply.feed(part):
                shown += text
                yield text
        assert call is not None
        answer = self._judged(draft, reply.finish(cut=call.finish == "length"), call, hits)
        is_told = answer.kind != "failed" and answer.text.startswith(shown)
        if is_told and (rest := answer.text[len(shown) :]):
            yield rest
        yield answer

    def _judged(
        self, draft: Draft, written: WrittenAnswer, call: Call, hits: Sequence[Hit]
    ) -> Answer:
        """Return the answer that a reply gives, by its kind."""
        thinking = "\n".join(filter(None, (call.thinking, written.thinking)))
        if not call.text or written.kind == "failed":
            silent = not call.text or not written.text
            call = replace(call, text="" if silent else call.text, thinking=thinking)
            return self._failed(draft, call, hits)
        answer = self._declined(draft.question, hits, call=call, excerpts=draft.excerpts)
        answer = replace(answer, thinking=thinking, not_read=_not_read(draft))
        if written.kind == "declined":
            return answer
        return replace(
            answer,
            kind=written.kind,
            text=written.text,
            sentences=written.sentences,
            citations=written.citations,
            nearest=find_nearest(draft.question, hits, cited=written.citations),
            unsupported_numbers=written.unsupported_numbers,
            confidence=written.confidence,
        )

    def _failed(self, draft: Draft, call: Call, hits: Sequence[Hit]) -> Answer:
        error = silence_error(self.model.model, call) if not call.text else _cut_error(call)
        answer = self._declined(draft.question, hits, call=call, excerpts=draft.excerpts)
        words = draft.question.language.answers
        return replace(
            answer,
            kind="failed",
            text=words.failed.format(reason=error),
            reason=f"{error} {error.hint}",
            thinking=call.thinking,
        )

    def _declined(
        self,
        question: Question,
        hits: Sequence[Hit],
        *,
        call: Call | None = None,
        excerpts: tuple[Chunk, ...] = (),
    ) -> Answer:
        read = excerpts or [hit.chunk for hit in hits[:HITS]]
        return Answer(
            question=question.text,
            kind="declined",
            text=question.language.questions.not_found,
            nearest=find_nearest(question, hits),
            language=question.language.code,
            evidence_language=find_evidence_language(question, read).code,
            finish_reason=call.finish if call else "",
            model=self.model.model,
            timings=call.timings if call else Timings(calls=0),
            from_journal=call is not None and call.cached,
            excerpts=excerpts,
            hits=tuple(hits),
        )


def _not_read(draft: Draft) -> tuple[NotRead, ...]:
    """Return the count of the hits that the model did not read."""
    if not draft.left_out:
        return ()
    return (NotRead(draft.left_out, "passages", "no room beside those that fit better"),)


def _cut_error(call: Call) -> GenerationError:
    """Return the error for a reply whose answer is not complete."""
    return GenerationError(
        f"The reply was cut off after {call.timings.generated_tokens} tokens, before its answer.",
        hint="Raise answering.max_tokens.",
    )


def _is_near(hits: Sequence[Hit], floor: float) -> bool:
    """Return whether a hit reaches the floor; keyword search has no similarities to compare."""
    similarities = [hit.dense_score for hit in hits if hit.dense_score is not None]
    return max(similarities) >= floor if similarities else bool(hits)
