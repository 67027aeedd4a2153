"""Where an answer ends early: at a loop, at enough words, at a match."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from quoth.journal import Finish
from quoth.models.values import ChatRequest, Piece
from quoth.text import count_words, detect_language, find_stops, language
from quoth.types import Timings

_CYCLES = 5
"""The number of times that a text must follow itself to be a cycle."""
_CYCLE_SPAN = 240
"""The least length of all these times together."""
_LONGEST_PERIOD = 200
_LOOK_EVERY = 16
"""The number of characters after which a reply is looked at again."""
_LOOP = 48
"""The length of a text that counts as a loop when it occurs for the third time."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The offset where an answer ends, and why."""

    end: int
    finish: Finish


def find_ending(text: str, fresh: int, request: ChatRequest) -> Ending | None:
    """Return where an answer ends before its model ends it, or `None` to let the model write on.

    The last `fresh` characters of `text` are new.
    """
    guided = request.json_schema is not None or bool(
        request.grammar or request.choices or request.reply
    )
    if request.end_loops and not guided and (loop := _find_loop(text, fresh)) is not None:
        return Ending(loop, "loop")
    if request.enough_words and not guided:
        full = _find_full_sentence(text, fresh, request.enough_words)
        if full is not None:
            return Ending(full, "enough")
    if request.stop_after:
        lead = len(text) - len(text.lstrip())
        if match := re.compile(request.stop_after).search(text, lead):
            return Ending(match.end(), "stop")
    return None


def _find_full_sentence(text: str, fresh: int, words: int) -> int | None:
    """Return the end of the sentence with which an answer reaches `words` words, or `None`."""
    if count_words(text) < words:
        return None
    rules = language(detect_language(text, likely=("en",)))
    end, _ = next(find_stops(text, max(0, len(text) - fresh - 1), language=rules), (None, 0))
    return end if end is not None and count_words(text[:end]) >= words else None


def _find_loop(text: str, fresh: int) -> int | None:
    """Return where an answer begins to repeat itself, or `None`."""
    stopped = next(find_stops(text, max(0, len(text) - fresh - 1)), None)
    if stopped is None and (len(text) - fresh) // _LOOP == len(text) // _LOOP:
        return None
    if stopped is not None:
        borders = [0, *(start for _, start in find_stops(text))]
        seen: set[str] = set()
        for begin, finish in pairwise(borders):
            sentence = text[begin:finish].strip().lower()
            if len(sentence) > 12 and sentence in seen:
                return begin
            seen.add(sentence)
    if len(text) > 3 * _LOOP:
        tail = text[-_LOOP:]
        first = text.find(tail, 0, len(text) - 1)
        second = text.find(tail, first + 1, len(text) - 1) if first >= 0 else -1
        if second >= 0:
            return first + _LOOP
    return None


def stop_cycles(pieces: Iterable[Piece], *, prompt_tokens: int) -> Iterator[Piece]:
    """Yield the pieces of a reply up to where it goes round in a circle; then it is stopped.

    The last piece then has the finish `loop`, a note, and timings that are measured here.
    """
    begin, first, written, looked = time.perf_counter(), 0.0, "", 0
    for count, piece in enumerate(pieces, start=1):
        first = first or time.perf_counter() - begin
        written += piece.text
        yield piece
        if len(written) < looked + _LOOK_EVERY or piece.timings is not None:
            continue
        looked = len(written)
        if has_cycle(written):
            spent = time.perf_counter() - begin
            yield Piece(
                timings=Timings.measured(
                    prompt_tokens=prompt_tokens, generated_tokens=count, first=first, spent=spent
                ),
                finish="loop",
                note="The model repeated itself, and was stopped.",
            )
            return


def has_cycle(text: str) -> bool:
    """Whether a text ends with the same characters over and over."""
    for period in range(1, _LONGEST_PERIOD + 1):
        span = max(_CYCLE_SPAN, _CYCLES * period)
        if len(text) >= span and text[-span:-period] == text[period - span :]:
            return True
    return False
