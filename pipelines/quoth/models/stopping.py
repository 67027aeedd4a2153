"""Where an answer ends early: at a loop, at enough words, at a match."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from quoth.journal import Finish
from quoth.models.values import ChatRequest
from quoth.text import count_words, detect_language, find_stops, language

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
