"""Lines that stand for themselves: rows of a table, items of a list, lines of an address.

The lines of a paragraph are broken where the next word would not fit. A line that ends although the
first word of the next one would fit is a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quoth.text import is_complete, strip_span

_ROOM = 0.8
"""The share of the longest line that the lines of a ragged paragraph reach."""
_LEAST_WIDTH = 40
"""The shortest width of a text, in characters, at which its lines may be those of a paragraph."""
_FEWEST_ROWS = 3
"""The fewest lines that are taken for rows by their first letters."""
_OPENING = 0.8
"""The share of lines that begin as rows do, from which all are rows."""
_CELLS = re.compile(r" \| |\t|\S {3,}\S|^\s*\|.+\|\s*$")
_ITEM = re.compile(r"[ \t]*(?:[-*•‣◦▪‒–—·●○]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])[ \t]+\S")
_FIRST_WORD = re.compile(r"\s*(\S+)")


def is_row(text: str) -> bool:
    """Whether a line has the cells of a table."""
    return bool(_CELLS.search(text))


def is_item(text: str) -> bool:
    """Whether a text begins as an item of a list does: with a bullet, a number or a letter."""
    return bool(_ITEM.match(text))


def find_width(text: str) -> int:
    """Return the length of the longest line of a text, without rows of tables."""
    return max((len(line) for line in text.split("\n") if not is_row(line)), default=0)


def cut_lines(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the lines of `text[start:end]`, those of a paragraph as one.

    `width` is the length of the longest line around it.
    """
    begin = start
    are_rows = _are_rows(text[start:end])
    for offset in _newlines(text, start, end):
        line = text[text.rfind("\n", 0, offset) + 1 : offset]
        if are_rows or _ends_by_itself(line, text[offset + 1 : end], width):
            yield from _stripped(text, begin, offset)
            begin = offset + 1
    yield from _stripped(text, begin, end)


def _newlines(text: str, start: int, end: int) -> Iterator[int]:
    offset = text.find("\n", start, end)
    while offset >= 0:
        yield offset
        offset = text.find("\n", offset + 1, end)


def _are_rows(text: str) -> bool:
    """Whether lines without a full stop begin as rows do: with a capital letter or a digit."""
    firsts = [line.lstrip()[:1] for line in text.split("\n")]
    if len(firsts) < _FEWEST_ROWS or is_complete(text):
        return False
    opening = sum(first.isupper() or first.isdigit() for first in firsts)
    return opening >= _OPENING * len(firsts)


def _ends_by_itself(line: str, following: str, width: int) -> bool:
    """Whether a line is whole, although text follows."""
    word = _FIRST_WORD.match(following)
    if word is None or is_item(following):
        return True
    if is_row(line) or is_row(following.split("\n", 1)[0]):
        return not word.group(1)[0].islower()  # the text of a cell may go on
    if width < _LEAST_WIDTH:
        return True
    return len(line) + 1 + len(word.group(1)) <= _ROOM * width


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    start, end = strip_span(text, start, end)
    if start < end:
        yield start, end
