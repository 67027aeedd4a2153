"""Keeps the thinking of a reasoning model apart from its answer, as both stream by.

Models write it between marks of their family, and some templates open it at the end of the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from quoth.models.values import Piece

_MARKS = (
    ("<think>", "</think>"),  # deepseek-r1, qwen3, granite, …
    ("<thinking>", "</thinking>"),
    ("[THINK]", "[/THINK]"),  # magistral
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # command-r7b
    ("<seed:think>", "</seed:think>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),  # gpt-oss
    ("<|channel|>final<|message|>", ""),  # gpt-oss that does not think
)
KEPT_TOKENS = ("<think>", "</think>", "[THINK]", "[/THINK]", "<|START_THINKING|>",
               "<|END_THINKING|>", "<|channel|>", "<|message|>", "<|start|>")  # fmt: skip
"""Special tokens that a server must write out for the marks to be seen."""

_LEFT_OVER = ("<|start|>assistant", "<|end|>")


@dataclass(slots=True)
class _State:
    close: str | None = None  # what ends the thinking; None before it is known, "" in the answer
    held: str = ""
    fresh: bool = True  # white space between the thinking and the answer is nobody's


def split_thinking(pieces: Iterable[Piece], *, prompt: str = "") -> Iterator[Piece]:
    """Yield the pieces with what is thought in `thinking`, and the answer in `text`.

    `prompt` is what the model goes on from: a mark at its end opens the thinking.
    """
    state = _State(close=_opened_by(prompt))
    for piece in pieces:
        text, thinking = "", piece.thinking
        if piece.text:
            state.held += piece.text
            more, text = _advance(state, last=False)
            thinking += more
        if piece.timings is not None or piece.finish:
            more, rest = _advance(state, last=True)
            thinking, text = thinking + more, text + rest
        if text or thinking or piece.timings is not None or piece.finish:
            yield replace(piece, text=text, thinking=thinking)


def _opened_by(prompt: str) -> str | None:
    end = prompt.rstrip()
    return next((close for mark, close in _MARKS if close and end.endswith(mark)), None)


def _advance(state: _State, *, last: bool) -> tuple[str, str]:
    """Return (thinking, text) that is certain by now, and hold back the rest."""
    if state.close is None:
        start = state.held.lstrip()
        for mark, close in _MARKS:
            if start.startswith(mark):
                state.close, state.held, state.fresh = close, start[len(mark) :], True
                break
        else:
            if not last and any(mark.startswith(start) for mark, _ in _MARKS):
                return "", ""
            state.close, state.fresh = "", False
    thinking = ""
    if state.close:
        at = state.held.find(state.close)
        if at < 0:
            keep = 0 if last else _tail(state.held, (state.close, *_LEFT_OVER))
            thinking = state.held[: len(state.held) - keep]
            state.held = state.held[len(state.held) - keep :]
            return _without_leftovers(thinking), ""
        thinking = _without_leftovers(state.held[:at])
        state.held, state.close = state.held[at + len(state.close) :], ""
        state.fresh = True
    if state.fresh:
        state.held = state.held.lstrip()
        state.fresh = not state.held
    text, state.held = state.held, ""
    return thinking, text


def _without_leftovers(text: str) -> str:
    for mark in _LEFT_OVER:
        text = text.replace(mark, "")
    return text


def _tail(text: str, marks: Iterable[str]) -> int:
    """Return how many characters at the end of `text` may be the beginning of a mark."""
    return max(
        (
            size
            for mark in marks
            for size in range(1, min(len(mark), len(text)) + 1)
            if text.endswith(mark[:size])
        ),
        default=0,
    )
