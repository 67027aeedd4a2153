"""The borders at which a text is cut: paragraphs, sentences and rows, lines, pauses, spaces.

Borders come one after another and are never gathered: a page may be one line of a million words.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from quoth.text.language import Language
from quoth.text.sentences import find_sentence_starts

Borders = Callable[[str, int, int], Iterator[int]]
"""Given a text and a span, the offsets within the span at which to cut, ascending."""

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
# The end of a table row, or of the line before a list item.
_ROW = re.compile(
    r"(?<=[|\t])[^|\t\n]*\n|(?<=\d)[ \t]*\n(?=[^\n]*\d[ \t]*\n)|\n(?=[ \t]*(?:[-*•]|\d+[.)]) )"
)
_LINE = re.compile(r"\n")
_PAUSE = re.compile(r"[；，、]\s*")
_SPACE = re.compile(r"\s+")


def borders_of(rules: Language) -> Sequence[Borders]:
    """Return the borders at which a text of a language is cut, from the highest to the lowest."""

    def sentences_and_rows(text: str, begin: int, end: int) -> Iterator[int]:
        sentences = find_sentence_starts(text, begin, end, language=rules)
        return heapq.merge(sentences, _ends_of(_ROW)(text, begin, end))

    lower = map(_ends_of, (_LINE, _PAUSE, _SPACE))
    return _ends_of(_PARAGRAPH), sentences_and_rows, *lower


def cut(
    text: str,
    begin: int,
    end: int,
    starts: Sequence[int],
    levels: Sequence[Borders],
    room: int,
) -> Iterator[tuple[int, int]]:
    """Yield contiguous pieces of at most `room` tokens, cut at the highest possible level.

    `starts` are the offsets of the tokens of the text.
    """
    if count_tokens_between(starts, begin, end) <= room:
        yield begin, end
        return
    if not levels:  # one word longer than a chunk
        first, last = bisect_left(starts, begin), bisect_left(starts, end)
        yield from pairwise([begin, *starts[first + room : last : room], end])
        return
    for border in levels[0](text, begin, end):
        if begin < border < end:
            yield from cut(text, begin, border, starts, levels[1:], room)
            begin = border
    yield from cut(text, begin, end, starts, levels[1:], room)


def count_tokens_between(starts: Sequence[int], begin: int, end: int) -> int:
    """Return the number of tokens that start within a span."""
    return bisect_left(starts, end) - bisect_left(starts, begin)


def _ends_of(pattern: re.Pattern[str]) -> Borders:
    return lambda text, begin, end: (match.end() for match in pattern.finditer(text, begin, end))
