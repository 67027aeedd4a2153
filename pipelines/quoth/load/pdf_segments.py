"""The printed lines of a PDF page, cut at their wide gaps into segments."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from quoth.load.clean import clean
from quoth.load.pdf_glyphs import Glyphs

_WORD = re.compile(r"(?:(?!\.{3}|…)\S)+|[.…]+")
_WORD_WITHOUT_LEADER = re.compile(r"\S+")
_LEADER = re.compile(r"[.…·_]+")
_NUMBER = re.compile(
    r"[(\[<~]*(?:[A-Z]{0,3}[$€£¥₹])?[(]?[-–−+±]?(?:[$€£¥₹])?\d[\d,.'\u2019]*(?:[%‰x]|bps|pp)?[)\]]*[%‰]?[*†‡]?"
)
_DASH = re.compile(r"[(]?[-–—−‒]+[)]?%?|(?i:n/?[am]|nm|nil)")
_CURRENCY = re.compile(r"[(]?(?:[A-Z]{0,3}[$€£¥₹]|EUR|USD|GBP|CHF)[(]?")
_MAY_BE_CURRENCY = frozenset("($€£¥₹ABCDEGHKNSU")  # what a currency begins with
_CLOSING = re.compile(r"[)%‰]+|pts|bps|pp")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_ALONE = re.compile(r"(?:FY|Q[1-4])?\W?(?:19|20)\d\d(?:[A-Z*]|\(\w\))?")
_NUMBERS_AT_END = re.compile(r"(?:(?:^|\s)[\d,.()%$€£¥—–−*-]+){2}\s*$|\d,\d{3}\)?\s*$|\s[—–-]\s*$")
_ENDS_NUMBERS = frozenset("0123456789,.()%$€£¥—–−*-")
_LETTERS = re.compile(r"[^\W_]{2,}")
_SAMPLE = 20
SAME_HEIGHT = 2.0  # points between two lines that are printed beside each other
_STRETCHED = 1.15
_GAP = 1.8  # in widths of an average character; a space between words has about 0.5
_BREAK = 0.9  # between two numbers


class Word(NamedTuple):
    """A word of a line, with the places where its ink begins and ends."""

    text: str
    left: float
    right: float


class Segment(NamedTuple):
    """Words between two wide gaps. `is_number` is also true of a dash in place of a number.

    The ink of a currency sign that stands apart is not between `left` and `right`.
    """

    text: str
    left: float
    right: float
    is_number: bool = False

    @property
    def center(self) -> float:
        """The middle between left and right."""
        return (self.left + self.right) / 2

    @property
    def has_year(self) -> bool:
        """Whether a year stands in the text."""
        return YEAR.search(self.text) is not None

    @property
    def is_year(self) -> bool:
        """Whether the text is a year, which names a column more often than it is a value."""
        return bool(_YEAR_ALONE.fullmatch(self.text))


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as printed: its segments, the height of its base line, and its font.

    A line that seems to be running text is one segment; `cut` measures its words and returns the
    segments that they make.
    """

    segments: tuple[Segment, ...]
    height: float
    cut: Callable[[], tuple[Segment, ...]]
    size: float = 0.0
    bold: bool = False


def line_step(lines: Sequence[PrintedLine], *, default: float = 0.0) -> float:
    """Return the usual distance between two lines in points, `default` where there is none."""
    steps = [above.height - below.height for above, below in pairwise(lines)]
    steps = [step for step in steps if step > SAME_HEIGHT]
    return statistics.median(steps) if steps else default


def may_have_gaps(text: str, extent: float, width: float) -> bool:
    """Whether a line of this extent may have wide gaps, or numbers side by side at its end."""
    if extent > _STRETCHED * width * len(text.strip()):
        return True
    return text[-1:] in _ENDS_NUMBERS and bool(_NUMBERS_AT_END.search(text))


def read_words(glyphs: Glyphs, part: str, position: int) -> list[Word]:
    """Return the words of a part of PDFium's text that begins at index `position`."""
    words = []
    has_leader = "..." in part or "…" in part
    for match in (_WORD if has_leader else _WORD_WITHOUT_LEADER).finditer(part):
        text = match[0]
        if _LEADER.fullmatch(text) and (len(text) > 1 or text in ".·_"):
            continue
        left, right = glyphs.span(position + match.start(), position + match.end() - 1)
        words.append(Word(text if text.isascii() else clean(text), left, right))
    return words


def cut_line(words: list[Word], width: float) -> list[Segment]:
    """Return the segments of a line; `width` is that of an average character.

    Numbers side by side are segments of their own, even where the gap is not wide.
    """
    groups: list[list[Word]] = []
    for word in words:
        if groups and not _is_cut(groups[-1], word, width):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_join(group) for group in _attach_signs(groups)]


def _is_cut(group: list[Word], word: Word, width: float) -> bool:
    before = group[-1]
    gap = word.left - before.right
    if -2 * width <= gap <= _BREAK * width and word.text[0] not in _MAY_BE_CURRENCY:
        return False
    if _CLOSING.fullmatch(word.text) and is_number(before.text):
        return gap > 2 * _GAP * width
    if gap > _GAP * width:
        return True
    if gap < -2 * width:
        return True  # the line goes back: it is another column
    if gap > _BREAK * width or _CURRENCY.fullmatch(word.text):
        numbers = is_number(before.text) or _CLOSING.fullmatch(before.text) is not None
        return numbers and (is_number(word.text) or bool(_CURRENCY.fullmatch(word.text)))
    return False


def _attach_signs(groups: list[list[Word]]) -> list[list[Word]]:
    """Return the groups, with a currency sign in a column of its own joined to its number."""
    joined: list[list[Word]] = []
    for group in groups:
        last = joined[-1] if joined else []
        if len(last) == 1 and _CURRENCY.fullmatch(last[0].text) and is_number(group[0].text):
            last += group
        else:
            joined.append(list(group))
    return joined


def _join(group: list[Word]) -> Segment:
    text = group[0].text
    for before, word in pairwise(group):
        closes = _CLOSING.fullmatch(word.text) and is_number(before.text)
        tight = _CURRENCY.fullmatch(before.text) or closes
        text += word.text if tight else f" {word.text}"
    inked = group[1:] if len(group) > 1 and _CURRENCY.fullmatch(group[0].text) else group
    return Segment(text, inked[0].left, inked[-1].right, is_number(text))


def is_number(text: str) -> bool:
    """Whether a text is a number as a table prints it, or a dash in the place of one."""
    return bool(_NUMBER.fullmatch(text) or _DASH.fullmatch(text))


def average_width(glyphs: Glyphs, lines: Sequence[tuple[str, int]]) -> float:
    """Return the usual width of a letter, measured on the longest words of some lines.

    Each line is given as its part of PDFium's text and the index at which the part begins.
    """
    ratios: list[float] = []
    for part, position in lines[:: max(1, len(lines) // _SAMPLE)]:
        longest = max(_LETTERS.findall(part), key=len, default="")
        if longest:
            start = position + part.index(longest)
            left, right = glyphs.span(start, start + len(longest) - 1)
            ratios.append((right - left) / len(longest))
    return statistics.median_low(ratios) if ratios else 0.0
