"""Generates text on an Ollama server, through the official client."""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from quoth.backends.ollama.wire import (
    WholeTransport,
    client_options,
    official_client,
    server_address,
)
from quoth.backends.openai.tools import tool_field
from quoth.backends.steps import MOST_LIKELIEST, read_steps
from quoth.config import ModelSettings
from quoth.models import Request, Step, ToolCall, role_of
from quoth.types import Timings

if TYPE_CHECKING:
    from ollama import ChatResponse, GenerateResponse

_NANO = 1e-9


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """A part of an answer. The last part has `timings`."""

    text: str
    thinking: str = ""
    timings: Timings | None = None
    finish: Literal["stop", "length"] = "stop"
    steps: tuple[Step, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()


class Generation:
    """The connections over which one model generates. Safe to use from many threads."""

    def __init__(self, name: str, settings: ModelSettings) -> None:
        self._name = name
        self._client = official_client().Client(
            host=server_address(settings),
            transport=WholeTransport(settings),
            **client_options(settings),
        )
        weakref.finalize(self, self._client.close)  # also when nobody closes it

    def replies(
        self, request: Request, *, options: dict[str, Any], think: bool | Literal["low"] | None
    ) -> Iterator[ReplyPart]:
        """Yield the answer to a rendered prompt, or to messages where there is none."""
        schema = None if request.json_schema is None else dict(request.json_schema)
        asked = request.likelihoods or None
        likeliest = MOST_LIKELIEST if asked else None
        if request.prompt:
            for part in self._client.generate(
                self._name,
                request.prompt,
                raw=True,
                stream=True,
                options=options,
                format=schema,
                logprobs=asked,
                top_logprobs=likeliest,
            ):
                yield _to_reply_part(part, part.response or "", "")
            return
        messages = [_to_turn(message) for message in request.messages]
        tools = [tool_field(tool) for tool in request.tools if not request.guided]
        for line in self._client.chat(
            self._name,
            messages,
            tools=tools or None,
            stream=True,
            options=options,
            format=schema,
            think=think,
            logprobs=asked,
            top_logprobs=likeliest,
        ):
            said, thought = line.message.content or "", line.message.thinking or ""
            yield replace(_to_reply_part(line, said, thought), tool_calls=_calls_of(line))

    def load(self, options: dict[str, Any]) -> None:
        """Have the server load the model, if it is not loaded with these options."""
        self._client.generate(self._name, options=options)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _to_turn(message: BaseMessage) -> dict[str, Any]:
    """Return a message as Ollama takes it. Source: docs/api.md of Ollama, "tool calling"."""
    turn: dict[str, Any] = {"role": role_of(message), "content": str(message.text)}
    if isinstance(message, ToolMessage):
        return {**turn, "tool_name": message.name or ""}
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [
            {"function": {"name": c["name"], "arguments": c["args"]}} for c in message.tool_calls
        ]
        return {**turn, "tool_calls": calls}
    return turn


def _calls_of(line: ChatResponse) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(call.function.name, json.dumps(dict(call.function.arguments), ensure_ascii=False))
        for call in line.message.tool_calls or ()
    )


def _to_reply_part(part: ChatResponse | GenerateResponse, text: str, thinking: str) -> ReplyPart:
    steps = read_steps([logprob.model_dump() for logprob in part.logprobs or ()])
    if not part.done:
        return ReplyPart(text, thinking, steps=steps)
    timings = Timings(
        load_seconds=(part.load_duration or 0) * _NANO,
        prompt_tokens=part.prompt_eval_count or 0,
        prompt_seconds=(part.prompt_eval_duration or 0) * _NANO,
        generated_tokens=part.eval_count or 0,
        generation_seconds=(part.eval_duration or 0) * _NANO,
    )
    finish: Literal["stop", "length"] = "length" if part.done_reason == "length" else "stop"
    return ReplyPart(text, thinking, timings, finish, steps)
