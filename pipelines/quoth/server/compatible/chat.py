"""OpenAI's chat completions, plain and streamed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from langchain_core.messages import BaseMessage
from starlette.concurrency import run_in_threadpool

from quoth.models import Call
from quoth.server.compatible import citing, speaking
from quoth.server.compatible.conversing import is_task, read_messages, split_question
from quoth.server.compatible.models import Named, find_model
from quoth.server.compatible.shapes import ChatAsked
from quoth.server.endpoints import Incoming
from quoth.server.failures import failure_json
from quoth.server.relay import begin_stream, relay
from quoth.server.services import Services
from quoth.server.state import make_id, now
from quoth.server.streams import DONE, EventStream, encode_event
from quoth.types import Answer, Timings

_KNOWN = ("messages", "stream", "stream_options", "metadata", "quoth", "n", "response_format")
_KNOWN_BARE = ("max_tokens", "max_completion_tokens", "temperature", "seed", "stop")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chat completion that is wanted, checked."""

    id: str
    named: Named
    messages: list[BaseMessage]
    asked: ChatAsked
    mode: str
    ignored: list[str]

    @property
    def from_collection(self) -> bool:
        """Whether the answer is one from documents."""
        return self.mode == "answer"

    @property
    def with_footnotes(self) -> bool:
        """Whether the sources stand below the text."""
        return bool((self.asked.quoth or {}).get("footnotes", "text") != "none")

    @property
    def with_events(self) -> bool:
        """Whether the client shows the events of Open WebUI."""
        named = (self.asked.metadata or {}).get("quoth_events")
        return (named or (self.asked.quoth or {}).get("events")) == "openwebui"


async def complete(
    services: Services, body: ChatAsked, incoming: Incoming
) -> dict[str, Any] | EventStream:
    """Answer a conversation; when the client leaves, the model stops."""
    wanted = await run_in_threadpool(_check, services, body)
    if body.stream:
        make = partial(_chunks, services, wanted)
        return await begin_stream(relay(make, gone=incoming.gone))
    return await run_in_threadpool(_complete, services, wanted, incoming.gone)


def _check(services: Services, asked: ChatAsked) -> Wanted:
    """Return the completion that a request asks for. Raises `RefusedError`."""
    named = find_model(services, asked.model)
    messages = read_messages(asked.messages)
    speaking.refuse_unsupported(
        {
            "n": (asked.n or 1) != 1,
            "tools": bool(asked.tools),
            "functions": bool(asked.functions),
            "logprobs": bool(asked.logprobs),
            "modalities": bool(asked.modalities and asked.modalities != ["text"]),
        },
        asked.model,
    )
    schema = speaking.read_schema(asked.response_format)
    mode = "bare"
    if named.collection:
        speaking.refuse_unsupported({"response_format": schema is not None}, asked.model)
        mode = "task" if is_task(split_question(messages)[0]) else "answer"
    known = _KNOWN if mode == "answer" else (*_KNOWN, *_KNOWN_BARE)
    ignored = asked.ignored(*known)
    if mode == "answer" and any(message.type == "system" for message in messages):
        ignored.append("messages[system]")
    return Wanted(make_id("chatcmpl-"), named, messages, asked, mode, ignored)


def _parts(
    services: Services, wanted: Wanted, stopped: Callable[[], bool]
) -> Iterator[str | Answer | Call]:
    """Yield the text as it is written, and at the end the answer, or the call of the model."""
    watcher = speaking.stop_watcher(stopped)
    with services.queue.turn(stopped=stopped):
        if wanted.from_collection:
            question, turns = split_question(wanted.messages)
            yield from speaking.answer_from_collection(
                services, wanted.named.collection, question, turns, watcher
            )
            return
        asked = wanted.asked
        manner = speaking.Manner(
            max_tokens=asked.max_completion_tokens or asked.max_tokens,
            temperature=asked.temperature,
            seed=asked.seed,
            stop=asked.stops,
            json_schema=speaking.read_schema(asked.response_format),
        )
        yield from speaking.speak_freely(services, wanted.messages, manner, watcher)


def _complete(services: Services, wanted: Wanted, stopped: Callable[[], bool]) -> dict[str, Any]:
    """Return a whole completion."""
    last: str | Answer | Call = ""
    for part in _parts(services, wanted, stopped):
        last = part
    message, finish, timings = _close(services, wanted, last)
    return {
        **_head(services, wanted, "chat.completion"),
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": None,
                "message": {"role": "assistant", "refusal": None, **message},
            }
        ],
        "usage": usage_of(timings),
    }


def _chunks(
    services: Services, wanted: Wanted, stopped: Callable[[], bool]
) -> Generator[bytes, None, None]:
    """Yield the chunks of a completion; an error in the middle is an error event."""
    head = _head(services, wanted, "chat.completion.chunk")
    options = wanted.asked.stream_options
    with_usage = bool(options and options.include_usage)
    empty = {"usage": None} if with_usage else {}

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return encode_event({**head, "choices": [choice], **empty, **more})

    shown = ""
    last: str | Answer | Call = ""
    begun = False
    try:
        for part in _parts(services, wanted, stopped):
            if not begun:
                begun = True
                yield chunk({"role": "assistant", "content": ""})
            if isinstance(part, str):
                shown += part
                yield chunk({"content": part})
            else:
                last = part
        delta, finish, timings = _close(services, wanted, last, shown=shown)
        if delta:
            yield chunk(delta)
        for event in delta.get("quoth", {}).get("events", ()):
            yield chunk({}, event=event)
        yield chunk({}, finish)
        if with_usage:
            yield encode_event({**head, "choices": [], "usage": usage_of(timings)})
        yield DONE
    except Exception as error:
        if not begun:
            raise
        yield encode_event(failure_json(error))


def _close(
    services: Services,
    wanted: Wanted,
    last: str | Answer | Call,
    *,
    shown: str | None = None,
) -> tuple[dict[str, Any], str, Timings]:
    """Return the message (the rest of it after `shown`), why it ended, and what it cost."""
    told: dict[str, Any] = {"mode": wanted.mode, "ignored": wanted.ignored}
    if isinstance(last, Call):
        content = {"content": last.text, "annotations": []} if shown is None else {}
        return {**content, "quoth": told}, _finish(last.finish), last.timings
    assert isinstance(last, Answer)
    cited = citing.cite_answer(
        services,
        last,
        id=wanted.id,
        collection=wanted.named.collection,
        footnotes=wanted.with_footnotes,
        shown=shown,
    )
    told = citing.whole_truth(cited, ignored=wanted.ignored, mode=wanted.mode)
    if wanted.with_events:
        told |= {"events": citing.source_events(cited)}
    message = {
        "content": cited.text if shown is None else cited.tail,
        "annotations": citing.url_annotations(cited),
        "quoth": told,
    }
    return message, _finish(last.finish_reason), last.timings


def _head(services: Services, wanted: Wanted, kind: str) -> dict[str, Any]:
    return {
        "id": wanted.id,
        "object": kind,
        "created": int(now()),
        "model": wanted.named.id,
        "system_fingerprint": services.shelf.model.describe().fingerprint,
    }


def _finish(finish: str) -> str:
    return "length" if finish == "length" else "stop"


def usage_of(timings: Timings) -> dict[str, Any]:
    """Return the tokens that an answer cost; none where no model was called."""
    return {
        "prompt_tokens": timings.prompt_tokens,
        "completion_tokens": timings.generated_tokens,
        "total_tokens": timings.prompt_tokens + timings.generated_tokens,
        "prompt_tokens_details": {"cached_tokens": timings.cached_prompt_tokens},
    }
