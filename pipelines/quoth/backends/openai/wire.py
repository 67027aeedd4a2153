"""The messages of `/v1/chat/completions`: what is sent, and what a streamed event holds.

Source: the reference of OpenAI's API, "Create chat completion". Every field of an event may be
missing, null, or of another type.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from quoth.backends.http import LocalHttp, hanging_error, read_key
from quoth.backends.llama.http import read_timings
from quoth.backends.openai.tools import tool_fields, turn_fields
from quoth.backends.stated import mappings_of, whole_number
from quoth.backends.steps import MOST_LIKELIEST, read_steps
from quoth.config import ModelSettings
from quoth.errors import ConfigurationError, ModelNotFoundError
from quoth.models import Request, Step, retry_transient, role_of
from quoth.types import Timings

_CHAT = "/v1/chat/completions"
_MOST_TEXTS = 64
"""The pieces of text after which a server that was asked for one token is left."""
_WINDOW_KEYS = ("max_model_len", "loaded_context_length", "context_length", "max_context_length")


def connect(settings: ModelSettings) -> LocalHttp:
    """Return a client for the server at `backend.url`. Raises `ConfigurationError` without one."""
    if not settings.url:
        raise ConfigurationError(
            "backend.url is empty, and openai-compatible needs the address of a server.",
            hint="As in: --set backend.url=http://127.0.0.1:8000",
        )
    url = settings.url.rstrip("/").removesuffix("/v1")
    return LocalHttp(url, api_key=read_key(settings.api_key_file), timeout=settings.timeout)


def list_models(http: LocalHttp) -> list[Mapping[str, Any]]:
    """Return what the server lists of its models.

    Raises `ModelNotFoundError` for a server that has no list.
    """
    return mappings_of(http.json("GET", "/v1/models").get("data"))


def find_entry(
    http: LocalHttp, name: str, entries: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return the entry of a model in the list of its server. Raises `ModelNotFoundError`."""
    for entry in entries:
        aliases = entry.get("aliases")
        if name in (entry.get("id"), *(aliases if isinstance(aliases, list) else ())):
            return entry
    if len(entries) == 1 and "/" in str(entries[0].get("id")):
        return entries[0]  # a server of one model, which it calls by its path
    raise ModelNotFoundError(
        f"The server at {http.url} has no model {name}.",
        hint=f"It has: {', '.join(str(entry.get('id')) for entry in entries) or 'none'}.",
    )


def stated_windows(entry: Mapping[str, Any]) -> list[int]:
    """Return the numbers of tokens that what a server lists of a model states as its window."""
    meta = entry.get("meta")
    stated = [entry.get(key) for key in _WINDOW_KEYS]
    stated.append(meta.get("n_ctx") if isinstance(meta, dict) else None)
    return [tokens for tokens in map(whole_number, stated) if tokens]


def turns_of(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Return messages as a server takes them."""
    return [
        {"role": role_of(message), "content": str(message.text), **turn_fields(message)}
        for message in messages
    ]


def body_of(request: Request, model: str) -> dict[str, Any]:
    """Return the body of a streamed call, held to the grammar or the schema of the request."""
    body: dict[str, Any] = {
        "model": model,
        "messages": turns_of(request.messages),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.likelihoods:
        body |= {"logprobs": True, "top_logprobs": MOST_LIKELIEST}
    if request.stop:
        body["stop"] = list(request.stop)
    body |= tool_fields(request)
    if request.grammar:
        body["grammar"] = request.grammar
    elif request.json_schema is not None:
        schema = dict(request.json_schema)
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": schema},
        }
    return body


def events_of(http: LocalHttp, body: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a streamed call. Closing the iterator cancels it."""
    return http.events(_CHAT, body)


def choices_of(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the choices of an event."""
    choices = event.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            yield choice


def texts_of(choice: Mapping[str, Any]) -> tuple[str, str]:
    """Return the (text, thinking) that a choice adds."""
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        return "", ""
    texts = (delta.get(key) for key in ("content", "reasoning_content", "reasoning"))
    text, *thinking = (part if isinstance(part, str) else "" for part in texts)
    return text, next(filter(None, thinking), "")


def steps_of(choice: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return the tokens that a choice adds, where their log-probabilities were asked for."""
    logprobs = choice.get("logprobs")
    return read_steps(logprobs.get("content")) if isinstance(logprobs, dict) else ()


def finish_of(choice: Mapping[str, Any]) -> Literal["", "stop", "length"]:
    """Return why an answer ended; empty while it goes on."""
    reason = choice.get("finish_reason")
    if not reason:
        return ""
    return "length" if reason == "length" else "stop"


def count_read(http: LocalHttp, model: str, messages: Sequence[BaseMessage]) -> int:
    """Return the number of prompt tokens that the server reports to have read; 0 without a report.

    The answer to these messages ends after one token. It is streamed, as all answers are, since
    some servers know no other way.
    """
    body = {
        "model": model,
        "messages": turns_of(messages),
        "max_tokens": 1,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }

    def read() -> int:
        timings = Timings()
        begin, texts = time.monotonic(), 0
        for event in events_of(http, body):
            timings = add_timings(event, timings)
            texts += sum(any(texts_of(choice)) for choice in choices_of(event))
            if timings.prompt_tokens or texts > _MOST_TEXTS:
                break
            if time.monotonic() - begin > http.timeout:
                raise hanging_error(http.url)
        return timings.prompt_tokens

    return retry_transient()(read)


def add_timings(event: Mapping[str, Any], previous: Timings) -> Timings:
    """Return the timings of a call with what an event says of them."""
    usage = event.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    exact = read_timings(event)
    return Timings(
        prompt_tokens=whole_number(usage.get("prompt_tokens"))
        or exact.prompt_tokens
        or previous.prompt_tokens,
        cached_prompt_tokens=whole_number(details.get("cached_tokens"))
        or exact.cached_prompt_tokens
        or previous.cached_prompt_tokens,
        prompt_seconds=exact.prompt_seconds or previous.prompt_seconds,
        generated_tokens=whole_number(usage.get("completion_tokens"))
        or exact.generated_tokens
        or previous.generated_tokens,
        generation_seconds=exact.generation_seconds or previous.generation_seconds,
    )
