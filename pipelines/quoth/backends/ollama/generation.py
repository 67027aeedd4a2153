"""Generates text on an Ollama server, through the official client."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from quoth.backends.ollama.wire import (
    WholeTransport,
    client_options,
    official_client,
    server_address,
)
from quoth.backends.steps import MOST_LIKELIEST, read_steps
from quoth.config import ModelSettings
from quoth.models import Request, Step, role_of
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
        messages = [{"role": role_of(m), "content": str(m.text)} for m in request.messages]
        for line in self._client.chat(
            self._name,
            messages,
            stream=True,
            options=options,
            format=schema,
            think=think,
            logprobs=asked,
            top_logprobs=likeliest,
        ):
            yield _to_reply_part(line, line.message.content or "", line.message.thinking or "")

    def load(self, options: dict[str, Any]) -> None:
        """Have the server load the model, if it is not loaded with these options."""
        self._client.generate(self._name, options=options)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


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
