"""The span of a quote on a page: exact, or tolerant of typesetting."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

from quoth.types import Finding

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'"})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_HYPHENATED = re.compile(r"(?<=\w)[-\u00ad]\s*\n\s*(?=\w)|\u00ad")


def find_quote(quote: str, page_text: str) -> tuple[int, int, Finding] | None:
    """Return (start, end, finding) of a quote on a page, or `None` if the page lacks it.

    `exact` compares characters. `tolerant` ignores differences in white space, hyphenation at the
    end of a line, ligatures, and the shape of quotation marks and dashes, and nothing else.
    """
    quote = quote.strip()
    if not quote:
        return None
    start = page_text.find(quote)
    if start >= 0:
        return start, start + len(quote), "exact"
    needle, _ = _fold(quote)
    haystack, offsets = _fold(page_text)
    if not needle:
        return None
    first = haystack.find(needle)
    if first < 0:
        return None
    last = offsets[first + len(needle) - 1]
    return offsets[first], last + 1, "tolerant"


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the text without typography, and the offset of each remaining character."""
    skipped = [match.span() for match in _HYPHENATED.finditer(text)]
    starts = [span[0] for span in skipped]
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if starts:
            index = bisect_right(starts, offset) - 1
            if index >= 0 and offset < skipped[index][1]:
                continue
        if character.isspace():
            continue
        folded = unicodedata.normalize("NFKC", character).translate(_QUOTES).translate(_DASHES)
        for letter in folded:
            if not letter.isspace():
                characters.append(letter)
                offsets.append(offset)
    return "".join(characters), offsets
