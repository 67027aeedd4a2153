"""Separates the thinking of a reasoning model from its answer while both are streamed.

A model writes its thinking between the marks of its family; some templates end the prompt with the
opening mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from quoth.models.values import Piece, Step

_MARKS = (
    ("<think>", "</think>"),  # deepseek-r1, qwen3, granite, …
    ("<thinking>", "</thinking>"),
    ("[THINK]", "[/THINK]"),  # magistral
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # command-r7b
    ("<seed:think>", "</seed:think>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),  # gpt-oss
    ("<|channel|>final<|message|>", ""),  # gpt-oss that does not think
)
KEPT_TOKENS = (
    "<think>",
    "</think>",
    "[THINK]",
    "[/THINK]",
    "<|START_THINKING|>",
    "<|END_THINKING|>",
    "<|channel|>",
    "<|message|>",
    "<|start|>",
)
"""Special tokens that a server must write out, so that the marks can be seen."""

_LEFT_OVER = ("<|start|>assistant", "<|end|>")


@dataclass(slots=True)
class _State:
    close: str | None = None  # what ends the thinking; None before it is known, "" in the answer
    pending: str = ""
    fresh: bool = True  # white space after a mark belongs to no part


def split_thinking(pieces: Iterable[Piece], *, prompt: str = "") -> Iterator[Piece]:
    """Yield the pieces with the thinking in `thinking` and the answer in `text`.

    The steps of the thinking are left out. An opening mark at the end of `prompt` starts the
    thinking.
    """
    state = _State(close=_opened_by(prompt))
    steps: tuple[Step, ...] = ()
    for piece in pieces:
        text, thinking = "", piece.thinking
        steps += piece.steps
        if piece.text:
            state.pending += piece.text
            thought, text = _advance(state, last=False)
            thinking += thought
        if piece.timings is not None or piece.finish:
            thought, rest = _advance(state, last=True)
            thinking, text = thinking + thought, text + rest
        if text or thinking or piece.timings is not None or piece.finish:
            yield replace(piece, text=text, thinking=thinking, steps=steps if text else ())
            steps = ()


def _opened_by(prompt: str) -> str | None:
    end = prompt.rstrip()
    return next((close for mark, close in _MARKS if close and end.endswith(mark)), None)


def _advance(state: _State, *, last: bool) -> tuple[str, str]:
    """Return the certain (thinking, text), and hold back the rest."""
    if state.close is None:
        start = state.pending.lstrip()
        for mark, close in _MARKS:
            if start.startswith(mark):
                state.close, state.pending, state.fresh = close, start[len(mark) :], True
                break
        else:
            if not last and any(mark.startswith(start) for mark, _ in _MARKS):
                return "", ""
            state.close, state.fresh = "", False
    thinking = ""
    if state.close:
        end = state.pending.find(state.close)
        if end < 0:
            withheld = 0 if last else _tail(state.pending, (state.close, *_LEFT_OVER))
            thinking = state.pending[: len(state.pending) - withheld]
            state.pending = state.pending[len(state.pending) - withheld :]
            return _without_leftovers(thinking), ""
        thinking = _without_leftovers(state.pending[:end])
        state.pending, state.close = state.pending[end + len(state.close) :], ""
        state.fresh = True
    if state.fresh:
        state.pending = state.pending.lstrip()
        state.fresh = not state.pending
    text, state.pending = state.pending, ""
    return thinking, text


def _without_leftovers(text: str) -> str:
    for mark in _LEFT_OVER:
        text = text.replace(mark, "")
    return text


def _tail(text: str, marks: Iterable[str]) -> int:
    """Return the number of characters at the end of `text` that may begin a mark."""
    return max(
        (
            size
            for mark in marks
            for size in range(1, min(len(mark), len(text)) + 1)
            if text.endswith(mark[:size])
        ),
        default=0,
    )
