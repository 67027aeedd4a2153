"""Lines that run along a PDF, such as headers and page numbers: read once, not on each page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from quoth.load.pdf_edit import Edit, edit_page
from quoth.load.pdf_page import Line, PageText

_EDGE = 3  # lines at the top and at the bottom of a page
_FEWEST = 3  # pages
_MOST_PAGES = 0.6
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,4}(?![\d.,]*\d)")


def read_printed_numbers(pages: Sequence[PageText]) -> dict[int, str]:
    """Return the printed page numbers by page index, empty where they are no sequence."""
    found = {
        index: {int(number) for line in _edges(page) for number in _NUMBER.findall(line.text)}
        for index, page in enumerate(pages)
    }
    shifts = Counter(number - index for index, numbers in found.items() for number in numbers)
    shift, count = shifts.most_common(1)[0] if shifts else (0, 0)
    if count < max(_FEWEST, _MOST_PAGES * len(pages)):
        return {}
    return {index: str(index + shift) for index in found if index + shift > 0}


def remove_running_lines(pages: Sequence[PageText], numbers: dict[int, str]) -> list[PageText]:
    """Return the pages without the lines that stood on one of the two pages before as well.

    A line counts if it is on three pages or more, at the top or at the bottom, and is the same
    apart from the page's own number. It stays where it is first.
    """
    keys = [
        {_key(line, numbers.get(index, "")): line for line in _edges(page)}
        for index, page in enumerate(pages)
    ]
    counts = Counter(key for each in keys for key in each)
    remaining: list[PageText] = []
    for index, page in enumerate(pages):
        before = {key for each in keys[max(index - 2, 0) : index] for key in each}
        again = [
            line
            for key, line in keys[index].items()
            if counts[key] >= _FEWEST and (key in before or not key.strip("#–—- "))
        ]
        kept_text = len(again) < len(page.lines)
        remaining.append(_without(page, again) if again and kept_text else page)
    return remaining


def _edges(page: PageText) -> list[Line]:
    lines = page.lines
    return [*lines[:_EDGE], *lines[max(_EDGE, len(lines) - _EDGE) :]]


def _key(line: Line, number: str) -> str:
    text = " ".join(line.text.split())
    if not number or number not in text:
        return text
    return _DIGITS.sub(lambda match: "#" if match[0] == number else match[0], text)


def _without(page: PageText, lines: Sequence[Line]) -> PageText:
    """Return the page without these lines and the line ends behind them."""
    edits = []
    for line in lines:
        end = line.start + len(line.text)
        behind = page.text[end:]
        edits.append(Edit(line.start, end + len(behind) - len(behind.lstrip("\n"))))
    edited = edit_page(page, edits)
    return replace(edited, text=edited.text.rstrip("\n"))
