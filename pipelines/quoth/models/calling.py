"""Reads the calls of tools from replies that a schema holds to the form of a call or an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from quoth.models.tools import ANSWER, read_partial_answer, read_reply, schema_of_call
from quoth.models.values import Piece, Request, ToolCall
from quoth.types import Timings

Generate = Callable[[Request], Iterator[Piece]]
"""Generates the reply to a request."""


def read_calls(request: Request, generate: Generate) -> Iterator[Piece]:
    """Yield the reply of a model to a request with tools: its thinking, then a call or an answer.

    A call that was made before, with the same arguments, would repeat without end: the model is
    asked once more, and can only answer, or call another tool where it has to call one.
    """
    text, last = "", Piece()
    for piece in generate(request):
        text += piece.text
        if piece.timings is not None or piece.finish:
            last = piece
        elif piece.thinking:
            yield replace(piece, text="")
    reply = read_reply(text)
    if isinstance(reply, ToolCall):
        again = _without(reply, request) if reply in request.called else None
        if again is not None:
            note = (
                f"The model called {reply.name} again with the same arguments, and was asked anew."
            )
            yield from _after(last, read_calls(again, generate), note)
        else:
            yield replace(last, text="", tool_calls=(reply,))
    else:
        yield replace(last, text=read_partial_answer(text) if reply is None else reply)


def _without(call: ToolCall, request: Request) -> Request | None:
    """Return the request without a call that was made; `None` where only that one is allowed."""
    others = [tool for tool in request.tools if tool.name != call.name]
    if request.tool_choice == "auto":
        return replace(request, json_schema=ANSWER, called=())
    if request.tool_choice == "any" and others:
        return replace(request, json_schema=schema_of_call(others, "any"), called=())
    return None


def _after(first: Piece, pieces: Iterable[Piece], note: str) -> Iterator[Piece]:
    """Yield the pieces of a second reply, whose cost includes that of the first."""
    for piece in pieces:
        if piece.timings is None:
            yield piece
        else:
            spent = (first.timings or Timings(calls=0)) + piece.timings
            yield replace(piece, timings=replace(spent, calls=1), note=piece.note or note)
