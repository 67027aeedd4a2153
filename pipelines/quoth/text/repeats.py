"""What the rows of a table repeat, and a chunk embeds once: bars, and the words of column names.

A row that names its columns (`Net income | 2018: 10,073 | 2017: 3,033`) can be read and quoted
alone. The vector of a chunk of many rows needs each name once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

_BAR = " | "
_COLON = ": "
_LONGEST_NAME = 160


class Repeat(NamedTuple):
    """A span of a row that is not embedded in a chunk that holds the text from `since` to `until`.

    That is from the row in which the same was said before to the end of this row: a row that is
    cut in two is embedded whole.
    """

    start: int
    end: int
    since: int
    until: int


def find_repeats(text: str) -> list[Repeat]:
    """Return what the rows of tables in a text repeat, in order."""
    repeats: list[Repeat] = []
    if _BAR not in text:
        return repeats
    said: dict[str, int] = {}
    line_start = 0
    for line in text.split("\n"):
        row = line.strip()
        if _BAR in row:
            start = since = line_start + line.index(row)
            until = since + len(row)
            for cell in row.split(_BAR):
                if start > since:
                    repeats.append(Repeat(start - 2, start, since, until))
                name, colon, value = cell.partition(_COLON)
                if colon and value and len(name) <= _LONGEST_NAME:
                    _add_words(name, start, said, repeats, since=since, until=until)
                start += len(cell) + len(_BAR)
        line_start += len(line) + 1
    return repeats


def _add_words(
    name: str, start: int, said: dict[str, int], repeats: list[Repeat], *, since: int, until: int
) -> None:
    """Add the words of a name that were said before; the last word takes the colon with it."""
    last = start + len(name)
    for word in name.split(" "):
        end = start + len(word)
        before = said.get(word)
        if before is not None:
            repeats.append(Repeat(start, end + (2 if end == last else 1), before, until))
        said[word] = since
        start = end + 1


def drop_repeats(text: str) -> str:
    """Return the text of a chunk without what its rows repeat."""
    kept: list[str] = []
    at = 0
    for repeat in find_repeats(text):
        kept.append(text[at : repeat.start])
        at = repeat.end
    return "".join((*kept, text[at:]))


class TokenCounter:
    """Counts the tokens of pieces of a text; what the rows of a piece repeat counts once.

    `starts` are the offsets of the text's tokens, ascending. A piece has at most as many tokens as
    are counted, once its repeats are dropped.
    """

    def __init__(self, starts: Sequence[int], repeats: Sequence[Repeat] = ()) -> None:
        self.starts = starts
        self._places = [repeat.start for repeat in repeats]
        self._dropped = [
            (
                each.since,
                each.until,
                bisect_left(starts, each.end) - bisect_left(starts, each.start),
            )
            for each in repeats
        ]

    def count(self, begin: int, end: int) -> int:
        """Return the number of tokens between two offsets."""
        tokens = bisect_left(self.starts, end) - bisect_left(self.starts, begin)
        if self._places:
            first, last = bisect_left(self._places, begin), bisect_left(self._places, end)
            for since, until, dropped in self._dropped[first:last]:
                if since >= begin and until <= end:
                    tokens -= dropped
        return tokens
