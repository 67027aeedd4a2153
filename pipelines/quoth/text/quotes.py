"""The span of a quote on a page: exact, or tolerant of typesetting in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from quoth.text.letters import is_left_out, simplify
from quoth.text.table_rows import values_of
from quoth.types import Match

_SIGNS = {
    **dict.fromkeys("\"“”„‟«»‘’‚‛‹›'`´ʹʼ「」『』〝〞〟״׳", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("。．", "."),
    **dict.fromkeys("、،", ","),
    "؛": ";",
    "؟": "?",
    "〜": "~",
}
"""Signs that each language writes in its own shape. 12⁵ is not 125: raised digits stay."""
_HYPHENATED = re.compile(r"(?<=\w)[-\u00ad\u2010]\s*\n\s*(?=\w)")
_RUNS = re.compile(r"-{2,}|\.{4,}")
_PLAIN = re.compile("[⁰¹²³⁴-⁹¼-¾⅐-⅞]")


def find_quote(quote: str, page_text: str) -> tuple[int, int, Match] | None:
    """Return (start, end, match) of a quote on a page, or `None` if the page lacks it.

    `exact` compares characters. `tolerant` ignores differences of typesetting and nothing else:
    white space, hyphenation at the end of a line, ligatures and other compatibility forms, normal
    forms, full and half width, characters without width, vowel marks and lengthening strokes of
    Arabic and Hebrew, digits of another script, traditional and simplified Chinese characters, and
    the shape of quotation marks, dashes, ellipses and full stops. A row of a table is found with
    and without the names of its columns; one below a line of names stands at its own place.
    """
    quote = quote.strip()
    if not quote:
        return None
    start = _find(quote, page_text)
    if start >= 0:
        return start, start + len(quote), "exact"
    return _find_tolerantly(quote, page_text) or _find_row(quote, page_text)


def _find_row(quote: str, page_text: str) -> tuple[int, int, Match] | None:
    """Return the place of a row as the page shows it: without the names in its cells."""
    if "|" not in page_text:
        return None
    shown, offsets = values_of(page_text)
    lines = [" ".join(values_of(line)[0].split()) for line in quote.split("\n")]
    found = [_find_tolerantly(line, shown) for line in lines if line]
    places = [place for place in found if place]
    if not places or len(places) < len(found):
        return None
    rows = places[1:] if len(places) > 1 and _is_apart(shown, places) else places
    start, end = offsets[rows[0][0]], offsets[rows[-1][1] - 1] + 1
    return (start, end, "tolerant") if start < end else None


def _is_apart(text: str, places: Sequence[tuple[int, int, Match]]) -> bool:
    """Whether the first place, of the names of columns, does not stand right above the next."""
    (_, end, _), (start, _, _) = places[:2]
    return start < end or any(map(str.isalnum, text[end:start]))


def _find_tolerantly(quote: str, page_text: str) -> tuple[int, int, Match] | None:
    needle, _ = _fold(quote)
    haystack, offsets = _fold(page_text)
    first = _find(needle, haystack) if needle else -1
    if first < 0:
        return None
    return offsets[first], _end(page_text, offsets[first + len(needle) - 1]), "tolerant"


def _find(needle: str, text: str) -> int:
    """Return where a text has the needle, not followed by a mark: "café" does not hold "cafe"."""
    start = text.find(needle)
    while start >= 0 and unicodedata.combining(
        text[start + len(needle) : start + len(needle) + 1] or " "
    ):
        start = text.find(needle, start + 1)
    return start


def _end(text: str, last: int) -> int:
    """Return the offset after a character and the marks on it that are left out."""
    end = last + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


@lru_cache(maxsize=64)
def _fold(text: str) -> tuple[str, list[int]]:
    """Return the text without typography, and the offset of each remaining character."""
    hyphens = {match.start() for match in _HYPHENATED.finditer(text)}
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        form = "" if offset in hyphens else _form(character)
        if form:
            characters.append(form)
            offsets.extend([offset] * len(form))
    folded = "".join(characters)
    for run in reversed(list(_RUNS.finditer(folded))):
        kept = run.start() + (1 if run[0][0] == "-" else 3)
        folded = folded[:kept] + folded[run.end() :]
        del offsets[kept : run.end()]
    return folded, offsets


@lru_cache(maxsize=20_000)
def _form(character: str) -> str:
    """Return what is compared of a character: nothing, or one or more characters."""
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isspace() or is_left_out(character):
        return ""
    if _PLAIN.match(character):
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    form = unicodedata.normalize("NFKD", character)
    return simplify(form) if form == character else "".join(map(_form, form))
