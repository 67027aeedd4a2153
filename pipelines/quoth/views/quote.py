"""A quote as it is shown: short, in lines, with the words that answer marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

MOST_WORDS = 80
"""The most words of a quote that are shown; in a script without spaces, two letters are a word."""
_ITEM = re.compile(r"\s*(?:[-*•·–◦▪]|\(?\w{1,3}[.)])\s|.*\s\|\s")
"""The start of a line that stands alone: the item of a list, or the row of a table."""
_BORDER = re.compile(r"[\s|:+=-]*[-=]{3}[\s|:+=-]*|\s*(?:`{3}|~{3})\s*\w*\s*")
"""A line that draws: the border of a table, the line below a heading, the fence of a listing."""
_SIGNS = re.compile(r"\s{0,3}(?:#{1,6}(?=\s)|(?:>\s?)+(?=\S))")
"""The signs of a heading or of a quotation, at the start of a line."""


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text, and the spans of it that are marked, in order."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def cut(self, start: int, end: int) -> MarkedText:
        """Return the characters `start` to `end` with their marks."""
        marks = ((max(a, start) - start, min(b, end) - start) for a, b in self.marks)
        return MarkedText(self.text[start:end], tuple((a, b) for a, b in marks if a < b))

    def split_lines(self) -> tuple[MarkedText, ...]:
        """Return the lines of the text that are not empty, with their marks."""
        return tuple(_split_lines(self))

    def __add__(self, other: MarkedText) -> MarkedText:
        offset = len(self.text)
        marks = tuple((offset + start, offset + end) for start, end in other.marks)
        return MarkedText(self.text + other.text, self.marks + marks)


def shorten_quote(
    quote: str, marks: Sequence[tuple[int, int]] = (), *, most_words: int = MOST_WORDS
) -> MarkedText:
    """Return a quote on one line, or one for each item of a list and each row of a table.

    The signs of headings and quotations, and the borders of tables, are left out, and so are
    characters that a terminal would obey. A longer quote is cut behind a sentence, or around its
    first mark; an ellipsis stands for what is left out.
    """
    whole = MarkedText(quote, tuple(sorted(marks)))
    pieces = [*_pieces(quote)]
    first, last = _window(whole, pieces, most_words)
    start, end = (pieces[first][0], pieces[last - 1][1]) if pieces else (0, 0)
    if last < len(pieces) and not whole.marks:
        end = _sentence_end(quote[:end]) or end
    shown = _join_lines(whole.cut(start, end))
    if first > 0:
        shown = MarkedText("… ") + shown
    return shown + MarkedText(" …") if last < len(pieces) else shown


def wrap_marked(shown: MarkedText, columns: int) -> list[MarkedText]:
    """Return a text in lines of at most this many columns; wide letters take two."""
    lines: list[MarkedText] = []
    for paragraph in _split_lines(shown):
        start = end = used = 0
        for left, right in _pieces(paragraph.text):
            width = _columns(paragraph.text[end:right])
            if end > start and used + width > columns:
                lines.append(paragraph.cut(start, end))
                start, used, width = left, 0, _columns(paragraph.text[left:right])
            end, used = right, used + width
        lines.append(paragraph.cut(start, end))
    return lines


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between which a line may end: words, and letters in scripts without spaces.

    Signs stay with the letter before them.
    """
    from quoth.text import UNSPACED

    pattern = rf"[{UNSPACED}][^\s\w]*|[^\s{UNSPACED}]+"
    return (match.span() for match in re.finditer(pattern, text))


def _window(
    whole: MarkedText, pieces: Sequence[tuple[int, int]], most_words: int
) -> tuple[int, int]:
    """Return the first piece that is shown, and the one after the last."""
    from quoth.text import is_unspaced

    sizes = [0.5 if is_unspaced(whole.text[start]) else 1.0 for start, _ in pieces]
    if sum(sizes) <= most_words:
        return 0, len(pieces)
    mark = whole.marks[0] if whole.marks else (0, 0)
    first = sum(end <= mark[0] for _, end in pieces)
    last = max(first, sum(start < mark[1] for start, _ in pieces))
    room = most_words - sum(sizes[first:last])
    before = sum(total <= room / 2 for total in accumulate(reversed(sizes[:first])))
    first -= before
    room = most_words - sum(sizes[first:last])
    return first, last + sum(total <= room for total in accumulate(sizes[last:]))


def _sentence_end(text: str) -> int:
    """Return the end of the last sentence but one, which a cut has not shortened; 0 without it."""
    from quoth.text import find_sentences

    ends = [end for _, end in find_sentences(text)]
    return ends[-2] if len(ends) > 1 else 0


def _join_lines(whole: MarkedText) -> MarkedText:
    """Return a text on one line, but items and rows each on their own."""
    joined = MarkedText("")
    for line in _split_lines(whole):
        if _BORDER.fullmatch(line.text):
            continue
        if signs := _SIGNS.match(line.text):
            line = line.cut(signs.end(), len(line.text))
        alone = _ITEM.match(line.text)
        for number, match in enumerate(re.finditer(r"\S+", line.text)):
            if joined.text:
                joined += MarkedText("\n" if alone and not number else " ")
            joined += _printable(line.cut(*match.span()))
    return MarkedText(joined.text, tuple(_merge(joined)))


def _split_lines(whole: MarkedText) -> Iterator[MarkedText]:
    return (whole.cut(*match.span()) for match in re.finditer(r"[^\n]+", whole.text))


def _printable(word: MarkedText) -> MarkedText:
    kept = MarkedText("")
    for match in re.finditer(r"[^\x00-\x1f\x7f-\x9f]+", word.text):
        kept += word.cut(*match.span())
    return kept


def _merge(joined: MarkedText) -> Iterator[tuple[int, int]]:
    """Yield the marks; those with nothing but a space between them are one."""
    begun: tuple[int, int] | None = None
    for start, end in joined.marks:
        if begun and not joined.text[begun[1] : start].strip():
            begun = begun[0], end
        else:
            if begun:
                yield begun
            begun = start, end
    if begun:
        yield begun


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in ("W", "F") else 1 for letter in text)
