"""Model calls: answered from the journal where they can be, written there when they end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from typing import Any, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import RunnableConfig

from quoth.errors import GenerationError
from quoth.journal import CallIdentity, CallRecord, Entry, Finish
from quoth.models.attempts import retry_transient
from quoth.models.choices import grammar_of
from quoth.models.messages import timings_of
from quoth.models.model import LocalModel
from quoth.models.stopping import find_ending
from quoth.models.values import ChatRequest
from quoth.types import Timings

OpenTurn = Callable[[], AbstractContextManager[object]]
"""Opens the context in which a model is called."""


@dataclass(frozen=True, slots=True)
class Call:
    """A finished call.

    `finish` is `stop`, `length` (of `max_tokens`), `loop` when the answer began to repeat itself,
    or `enough` when it reached `enough_words`. `cached` is true for a call from the journal, which
    has the timings of the original call. `key` is the key of the call in the journal. `likelihoods`
    has the natural logarithm of the likelihood of each choice, or of the reply that was given; it
    is empty where none was asked for, or the backend tells none.
    """

    text: str
    finish: Finish
    timings: Timings
    cached: bool
    key: str
    thinking: str = ""
    likelihoods: tuple[float, ...] = ()


class ModelCalls:
    """The calls to one model, with a journal or without. Any thread may use it.

    A call in the journal is not repeated. A call that another thread is making is waited for. A
    call is durable when `call` returns, or when `stream` yields its `Call`; a call that fails, is
    abandoned or ends without any text is not written.
    """

    def __init__(self, model: LocalModel, journal: CallRecord | None = None) -> None:
        self.model = model
        self.journal = journal

    def call(
        self,
        request: ChatRequest,
        config: RunnableConfig | None = None,
        *,
        fresh: bool = False,
        turn: OpenTurn = nullcontext,
    ) -> Call:
        """Return the finished call.

        The model is called inside the context that `turn` opens, which may wait or raise. `fresh`
        repeats calls that are sampled above temperature 0. A backend that fails in the middle of an
        answer is asked again. Raises the model's errors, and `CollectionError` when the journal
        cannot be written.
        """
        last: str | Call = ""

        def has_not_begun() -> bool:
            return last == ""  # before the first token the model has retried already

        for attempt in retry_transient(unless=has_not_begun):
            last = ""
            with attempt:
                for part in self._parts(request, config, fresh, turn, streamed=False):
                    last = part
        assert isinstance(last, Call)
        return last

    def stream(
        self,
        request: ChatRequest,
        config: RunnableConfig | None = None,
        *,
        fresh: bool = False,
        turn: OpenTurn = nullcontext,
    ) -> Generator[str | Call, None, None]:
        """Yield the text of the answer as it is written, and at the end the finished `Call`.

        The text of a call that is in the journal comes as one piece. Where a loop is cut off, the
        text of the `Call` is shorter than the yielded text. Closing the iterator stops the model.
        """
        return self._parts(request, config, fresh, turn, streamed=True)

    def lookup(self, request: ChatRequest) -> Call | None:
        """Return the call from the journal, or `None` when the journal does not hold it."""
        return self._lookup(self.identify(request).key)

    def identify(self, request: ChatRequest) -> CallIdentity:
        """Return the identity by which the journal knows a call."""
        request = self._complete(request)
        messages = [[message.type, message.content] for message in request.messages]
        parameters: dict[str, Any] = {
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            # At temperature 0 every seed gives the same answer.
            "seed": request.seed if request.temperature else 0,
            "stop": list(request.stop),
            "json_schema": None if request.json_schema is None else dict(request.json_schema),
        }
        # Unset parameters are left out, so that the keys of older journals stay valid.
        optional = {
            "grammar": request.grammar or grammar_of(request.choices),
            "enough": request.enough_words,
            "stop_after": request.stop_after,
            "loops": "" if request.end_loops else "kept",
            "likelihoods": request.likelihoods,
            "thinking": self.model.settings.thinking,
            "reply": request.reply,
        }
        return CallIdentity(
            fingerprint=self.model.describe().fingerprint,
            prompt=self.model.render(request.messages) or json.dumps(messages),
            parameters=parameters | {name: value for name, value in optional.items() if value},
        )

    def _complete(self, request: ChatRequest) -> ChatRequest:
        """Return the request with the model's own settings where it has none."""
        model = self.model
        return replace(
            request,
            max_tokens=request.max_tokens or model.max_tokens,
            temperature=model.temperature if request.temperature is None else request.temperature,
            seed=model.seed if request.seed is None else request.seed,
        )

    def _lookup(self, key: str) -> Call | None:
        entry = self.journal.lookup(key) if self.journal is not None else None
        if entry is None:
            return None
        return Call(
            entry.text,
            entry.finish,
            entry.timings,
            cached=True,
            key=key,
            thinking=entry.thinking,
            likelihoods=entry.likelihoods,
        )

    def _parts(
        self,
        request: ChatRequest,
        config: RunnableConfig | None,
        fresh: bool,
        turn: OpenTurn,
        *,
        streamed: bool,
    ) -> Generator[str | Call, None, None]:
        request = self._complete(request)
        identity = self.identify(request)
        key = identity.key
        journal = None if fresh and request.temperature else self.journal
        claim = journal.in_flight.claim(key, streamed=streamed) if journal else nullcontext()
        with claim:
            call = self._lookup(key) if journal else None
            if call is not None:
                yield call.text
                yield call
                return
            with turn():
                answer = _Answer(self.model, request)
                yield from answer.stream(config)
                call = answer.finish(key)
                if self.journal is not None and (call.text or call.finish != "stop"):
                    entry = Entry(
                        identity,
                        call.text,
                        call.finish,
                        model=self.model.model,
                        timings=call.timings,
                        thinking=call.thinking,
                        purpose=request.purpose,
                        likelihoods=call.likelihoods,
                    )
                    self.journal.record(entry)
        yield call


class _Answer:
    """One answer as it is written."""

    def __init__(self, model: LocalModel, request: ChatRequest) -> None:
        self._model = model
        self._request = request
        self._text = ""
        self._thinking = ""
        self._finish: Finish = "stop"
        self._timings: Timings | None = None
        self._likelihoods: tuple[float, ...] = ()

    def stream(self, config: RunnableConfig | None) -> Iterator[str]:
        """Yield the text as it comes, up to where the answer ends."""
        request = self._request
        start, first = time.perf_counter(), 0.0
        chunks = 0
        with closing(self._chunks(config)) as stream:
            for chunks, chunk in enumerate(stream, start=1):
                first = first or time.perf_counter() - start
                text = str(chunk.text)
                self._text += text
                self._thinking += str(chunk.additional_kwargs.get("reasoning_content", ""))
                ending = find_ending(self._text, len(text), request)
                if ending is not None:
                    shown = len(self._text) - len(text)
                    self._text = self._text[: ending.end]
                    self._finish = ending.finish
                    self._timings = Timings(
                        first_token_seconds=first,
                        prompt_tokens=self._model.count_prompt(request.messages),
                        prompt_seconds=first,
                        generated_tokens=chunks,
                        generation_seconds=time.perf_counter() - start - first,
                    )
                    if self._text[shown:]:
                        yield self._text[shown:]
                    return
                if "finish_reason" in chunk.response_metadata:
                    self._finish = chunk.response_metadata["finish_reason"]
                    self._timings = timings_of(chunk)
                    self._likelihoods = tuple(chunk.response_metadata.get("likelihoods", ()))
                if text:
                    yield text
        if not chunks:
            raise GenerationError(f"{self._model.model} ended without an answer.", retryable=True)

    def finish(self, key: str) -> Call:
        timings = self._timings or Timings(calls=0)
        return Call(
            self._text.strip(),
            self._finish,
            timings,
            cached=False,
            key=key,
            thinking=self._thinking,
            likelihoods=self._likelihoods,
        )

    def _chunks(self, config: RunnableConfig | None) -> Generator[AIMessageChunk, None, None]:
        request = self._request
        stream = self._model.stream(
            list(request.messages),
            config,
            stop=list(request.stop) or None,
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
            json_schema=request.json_schema,
            grammar=request.grammar,
            choices=request.choices,
            likelihoods=request.likelihoods,
            reply=request.reply,
            end_loops=False,  # they are found here
        )
        return cast("Generator[AIMessageChunk, None, None]", stream)
