"""Replies without text: a model that only thought, was cut off, or answered nothing."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from langchain_core.runnables import RunnableConfig

from quoth.errors import GenerationError
from quoth.models.calls import Call, ModelCalls
from quoth.models.model import LocalModel
from quoth.models.values import ChatRequest

_LONGER = 8
_ROOM_TO_THINK = 512


def with_room_to_think(request: ChatRequest, model: LocalModel) -> ChatRequest | None:
    """Return the request with a higher limit, as far as the window allows; `None` if it is full."""
    wanted = _LONGER * request.max_tokens + _ROOM_TO_THINK
    room = min(wanted, model.answer_budget(request.messages))
    return replace(request, max_tokens=room) if room > request.max_tokens else None


def stream_reply(
    calls: ModelCalls, request: ChatRequest, config: RunnableConfig | None = None
) -> Generator[str | Call, None, None]:
    """Yield the text of a reply as it is written, and at the end the finished `Call`.

    A model that spends all its tokens on thinking is asked once more, with a higher limit. The
    `Call` of a reply without text has none either; `silence_error` says why.
    """
    call: Call | None = None
    attempt: ChatRequest | None = request
    while attempt is not None:
        for part in calls.stream(attempt, config):
            if isinstance(part, Call):
                call = part
            else:
                yield part
        assert call is not None
        again = attempt is request and is_cut_silent(call)
        attempt = with_room_to_think(request, calls.model) if again else None
    assert call is not None
    yield call


def is_cut_silent(call: Call) -> bool:
    """Return whether a call reached its limit before any text."""
    return not call.text and call.finish == "length"


def silence_error(model: str, call: Call) -> GenerationError:
    """Return the error for a reply without text."""
    if is_cut_silent(call):
        return GenerationError(
            f"{model} spent all its tokens on thinking, and did not answer.",
            hint="Raise backend.context_window, or choose a model that thinks less.",
        )
    if call.thinking:
        return GenerationError(
            f"{model} thought, and ended without an answer.",
            hint="Ask again, or choose a model that does not think.",
        )
    return GenerationError(
        f"{model} answered nothing.", hint="Check it with: quoth doctor, or choose another model."
    )
