"""What is said to a request: the parts of an answer from a collection, or of the bare model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from quoth.answer import Turn
from quoth.errors import CancelledError
from quoth.library import Watcher
from quoth.models import Call, ChatRequest, ModelCalls
from quoth.server.compatible.conversing import condense
from quoth.server.failures import Failure, RefusedError
from quoth.server.services import Services
from quoth.types import Answer

_MOST_TOKENS = 1024
"""The most tokens of an answer of the bare model where the request sets no limit."""
_UNSUPPORTED = Failure(400, "invalid_request_error", "unsupported_parameter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the bare model is to answer."""

    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None


def stop_watcher(stopped: Callable[[], bool]) -> Watcher:
    """Return a watcher that ends a call at the next token once it is not wanted."""

    def check() -> None:
        if stopped():
            raise CancelledError("The client is gone.")

    return Watcher(check)


def answer_from_collection(
    services: Services,
    collection: str,
    question: str,
    turns: Sequence[Turn],
    watcher: Watcher,
) -> Iterator[str | Answer]:
    """Yield the text of an answer as it is written, and at the end the whole `Answer`."""
    answerer = services.shelf.library(collection).answerer
    standalone = condense(answerer.calls, question, turns) if turns else question
    yield from answerer.stream(standalone, {"callbacks": [watcher]})


def speak_freely(
    services: Services, messages: Sequence[BaseMessage], manner: Manner, watcher: Watcher
) -> Iterator[str | Call]:
    """Yield the text of the bare model as it is written, and at the end the finished call.

    Raises `ContextOverflowError`, with the counts, for messages that do not fit its window.
    """
    model = services.shelf.model
    room = model.answer_budget(list(messages))
    request = ChatRequest(
        tuple(messages),
        max_tokens=manner.max_tokens or max(1, min(_MOST_TOKENS, room)),
        temperature=manner.temperature,
        seed=manner.seed,
        stop=manner.stop,
        json_schema=manner.json_schema,
        purpose="chat",
    )
    calls = ModelCalls(model, services.shelf.parts.journal)
    yield from calls.stream(request, {"callbacks": [watcher]}, fresh=bool(manner.temperature))


def read_schema(format: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the JSON schema that an answer must meet. Raises `RefusedError`."""
    kind = (format or {}).get("type", "text")
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    inner = (format or {}).get("json_schema", format) or {}
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    if kind != "json_schema" or not isinstance(schema, Mapping):
        raise RefusedError(
            _UNSUPPORTED, "This format of answers is not known.", param="response_format"
        )
    return schema


def refuse_unsupported(fields: Mapping[str, bool], what: str) -> None:
    """Raise `RefusedError` for the first field that would make the answer a wrong one."""
    for name, is_set in fields.items():
        if is_set:
            raise RefusedError(
                _UNSUPPORTED,
                f"{what} does not take {name}.",
                hint="Leave it out; without it the answer would not be what was asked for.",
                param=name,
            )
