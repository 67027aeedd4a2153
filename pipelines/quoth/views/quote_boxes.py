"""Where a quote is printed on a page of a PDF."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

_ROW = " | "
_NAME = ": "
_FARTHEST = 3  # letters between two values of a row, such as a mark of a note
_CONTEXT = 200
"""The letters before and behind a quote by which its place is told from others like it."""

_Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


def find_boxes(textpage: Any, quote: str, *, before: str = "", behind: str = "") -> list[_Box]:
    """Return the boxes around a quote, one or more for each printed line.

    Where the page has the quote several times, the place is the one whose surroundings agree most
    with the text `before` and `behind` the quote. The row of a table is printed without the names
    of its columns: its label and its values are searched one after the other.
    """
    letters = list(_letters(textpage))
    page = "".join(letter for letter, _ in letters)
    spans = _find(page, quote, _fold(before), _fold(behind)) or [
        span for line in quote.split("\n") for span in _find(page, line) or _find_row(page, line)
    ]
    boxes: list[_Box] = []
    for start, end in spans:
        first, last = letters[start][1], letters[end - 1][1]
        count = textpage.count_rects(first, last - first + 1)
        boxes += [textpage.get_rect(number) for number in range(count)]
    return boxes


def _letters(textpage: Any) -> Iterator[tuple[str, int]]:
    """Yield the letters of a page, folded, each with its index in PDFium's text."""
    for index in range(textpage.count_chars()):
        for letter in _fold(textpage.get_text_range(index, 1)[:1]):
            yield letter, index


def _fold(text: str) -> str:
    """Return the letters and figures of a text; raised figures and ligatures are plain ones."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()


def _find(page: str, quote: str, before: str = "", behind: str = "") -> list[tuple[int, int]]:
    """Return the span of a quote: of several, the one in these surroundings, else the nearest."""
    folded = _fold(quote)
    if not folded:
        return []

    def fit(start: int) -> tuple[int, int]:
        end = start + len(folded)
        above = _agreeing(page[:start][: -_CONTEXT - 1 : -1], before[::-1])
        below = _agreeing(page[end : end + _CONTEXT], behind)
        return above + below, -abs(start - len(before))

    start = max(_starts(page, folded), key=fit, default=None)
    return [] if start is None else [(start, start + len(folded))]


def _agreeing(one: str, other: str) -> int:
    """Return the number of letters with which both texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _find_row(page: str, line: str) -> list[tuple[int, int]]:
    """Return the spans of the label and the values of a row, as they are printed."""
    if _ROW not in line:
        return []
    label, *cells = line.split(_ROW)
    values = [_fold(cell.rpartition(_NAME)[2]) for cell in cells]
    wanted = [_fold(label), *values]
    for start in _starts(page, wanted[0]):
        spans, position = [], start
        for text in filter(None, wanted):
            found = page.find(text, position, position + len(text) + _FARTHEST)
            if found < 0:
                break
            position = found + len(text)
            spans.append((found, position))
        else:
            return spans
    return []


def _starts(page: str, label: str) -> Iterator[int]:
    start = page.find(label)
    while start >= 0:
        yield start
        start = page.find(label, start + 1) if label else -1
