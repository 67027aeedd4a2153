"""One model call: answered from the journal where it can be, written there when it ends."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig

from quoth.errors import GenerationError
from quoth.journal import Entry, Journal, Question
from quoth.models.messages import timings_of
from quoth.models.model import LocalModel
from quoth.text import count_words
from quoth.types import Timings

_LOOP = 48
"""Characters that, when they stand in an answer for the third time, are a loop."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Call:
    """A finished call.

    `finish` is `stop`, `length`, `loop` when it began to repeat itself, or `enough` when it was
    ended at the end of a sentence because it was as long as it should be.

    `cached` tells that the journal answered; `timings` are then those of the call it holds.
    """

    text: str
    finish: str
    timings: Timings
    cached: bool
    key: str


def question_of(
    model: LocalModel,
    messages: Sequence[BaseMessage],
    *,
    max_tokens: int,
    temperature: float,
    seed: int,
    stop: Sequence[str] = (),
    json_schema: Mapping[str, Any] | None = None,
    enough: int = 0,
) -> Question:
    """Return what a call asks, as the journal knows it."""
    written = json.dumps([[message.type, message.content] for message in messages])
    return Question(
        fingerprint=model.describe().fingerprint,
        prompt=model.render(messages) or written,
        parameters={
            "max_tokens": max_tokens,
            "temperature": temperature,
            # The likeliest token is the likeliest token, whatever the seed.
            "seed": seed if temperature else 0,
            "stop": list(stop),
            "json_schema": None if json_schema is None else dict(json_schema),
            **({"enough": enough} if enough else {}),
        },
    )


def journalled_call(
    model: LocalModel,
    messages: Sequence[BaseMessage],
    journal: Journal | None = None,
    *,
    max_tokens: int,
    temperature: float | None = None,
    seed: int | None = None,
    stop: Sequence[str] = (),
    json_schema: Mapping[str, Any] | None = None,
    enough: int = 0,
    fresh: bool = False,
    turn: AbstractContextManager[object] | None = None,
    config: RunnableConfig | None = None,
) -> Call:
    """Return the model's answer, from the journal when this very call was finished before.

    The call is durable when this returns. The same call in another thread waits for this one
    and takes its answer. The model is asked inside `turn`, if one is given. An answer that
    repeats itself is ended there, rather than at `max_tokens`; one that has `enough` words (0: no
    number is enough) at the end of that sentence. `fresh` asks anew when
    `temperature` is above 0. Raises what the model raises, and `CollectionError` when the journal
    cannot be written.
    """
    temperature = model.temperature if temperature is None else temperature
    seed = model.seed if seed is None else seed
    question = question_of(
        model,
        messages,
        max_tokens=max_tokens,
        temperature=temperature,
        seed=seed,
        stop=stop,
        json_schema=json_schema,
        enough=enough,
    )
    key = question.key
    options: dict[str, Any] = {
        "max_tokens": max_tokens,
        "temperature": temperature,
        "seed": seed,
        "json_schema": json_schema,
    }
    kept = None if fresh and temperature > 0 else journal
    with kept.asking(key) if kept is not None else nullcontext():
        known = kept.lookup(key) if kept is not None else None
        if known is not None:
            return Call(known.text, known.finish, known.timings, cached=True, key=key)
        with turn or nullcontext():
            text, finish, timings = _generate(model, messages, stop, enough, options, config)
            if journal is not None:
                journal.record(Entry(question, text, finish, model=model.model, timings=timings))
    return Call(text, finish, timings, cached=False, key=key)


def _generate(
    model: LocalModel,
    messages: Sequence[BaseMessage],
    stop: Sequence[str],
    enough: int,
    options: dict[str, Any],
    config: RunnableConfig | None,
) -> tuple[str, str, Timings]:
    start, first = time.perf_counter(), 0.0
    whole: AIMessageChunk | None = None
    text = ""
    stream = model.stream(list(messages), config=config, stop=list(stop) or None, **options)
    for pieces, chunk in enumerate(stream, start=1):
        assert isinstance(chunk, AIMessageChunk)
        first = first or time.perf_counter() - start
        whole = chunk if whole is None else whole + chunk
        text += str(chunk.text)
        beyond = pieces > 2 * options["max_tokens"] + 64 or len(text) > 50 * options["max_tokens"]
        free = options["json_schema"] is None
        loop = _loop(text, len(chunk.text)) if free else None
        full = _full(text, len(chunk.text), enough) if free and enough else None
        if beyond or loop is not None or full is not None:
            stream.close()  # type: ignore[attr-defined]  # an iterator to mypy, a generator in fact
            spent = Timings(
                first_token_seconds=first,
                prompt_tokens=model.count_prompt(messages),
                prompt_seconds=first,
                generated_tokens=pieces,
                generation_seconds=time.perf_counter() - start - first,
            )
            why = "loop" if loop is not None else "length" if full is None else "enough"
            return text[: full if loop is None else loop].strip(), why, spent
    if whole is None:
        raise GenerationError(f"{model.model} ended without an answer.", retryable=True)
    finish = str(whole.response_metadata.get("finish_reason", "stop"))
    return text.strip(), finish, timings_of(whole)


def _full(text: str, fresh: int, enough: int) -> int | None:
    """Return where a sentence ends with which an answer has enough words, or `None`."""
    ended = _SENTENCE_END.search(text, max(0, len(text) - fresh - 1))
    return ended.start() if ended and count_words(text[: ended.start()]) >= enough else None


def _loop(text: str, fresh: int) -> int | None:
    """Return where an answer begins to repeat itself, or `None`. `fresh` characters are new."""
    ended = _SENTENCE_END.search(text, max(0, len(text) - fresh - 1))
    if ended is None and (len(text) - fresh) // _LOOP == len(text) // _LOOP:
        return None
    if ended is not None:
        borders = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
        seen: set[str] = set()
        for begin, end in pairwise(borders):
            sentence = text[begin:end].strip().lower()
            if len(sentence) > 12 and sentence in seen:
                return begin
            seen.add(sentence)
    if len(text) > 3 * _LOOP:
        tail = text[-_LOOP:]
        before = text.find(tail, 0, len(text) - 1)
        again = text.find(tail, before + 1, len(text) - 1) if before >= 0 else -1
        if again >= 0:
            return before + _LOOP
    return None
