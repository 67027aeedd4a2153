"""The characters of scripts, for the brackets of a regular expression."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
KANA = "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
IDEOGRAPHS = HAN + KANA
"""Chinese characters and kana: a sign is a syllable or a word."""
THAI_AND_LAO = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ece\u0edc-\u0edf"
GREEK = "\u0370-\u037d\u0386-\u03ff\u1f00-\u1fff"
ALPHABETS_WITHOUT_SPACES = (
    THAI_AND_LAO + "\u1000-\u103f\u1050-\u108f"
    "\u109a-\u109d\u1780-\u17d3\u17d7\u17dc\u17dd\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"
)
"""Thai, Lao, Burmese and Khmer: a sign is a letter, and there is no space between words."""
UNSPACED = IDEOGRAPHS + ALPHABETS_WITHOUT_SPACES
"""The scripts that have no space between words."""
LEADING_VOWELS = "เแโใไເແໂໃໄ"
TRAILING_VOWELS = "ะาๅະາ"
"""The letters that belong to the consonant after or before them, in Thai and Lao."""
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"

_BLOCKS_WITH_MARKS = ((0x300, 0x3100), (0xA660, 0xABF0), (0xFB1E, 0xFB1F), (0x10A00, 0x11FFF))


def is_unspaced(text: str) -> bool:
    """Whether every character of a text is in a script that has no space between words."""
    return bool(_unspaced().fullmatch(text))


def split_characters(text: str) -> list[str]:
    """Return what stands between spaces; scripts without spaces are cut into their characters."""
    return _pieces().findall(text)


@cache
def _pieces() -> re.Pattern[str]:
    return re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]+")


@cache
def combining_marks() -> str:
    """Return the marks that belong to the letter before them, such as vowel signs."""
    codes = chain.from_iterable(range(*block) for block in _BLOCKS_WITH_MARKS)
    marks = (code for code in codes if unicodedata.category(chr(code)).startswith("M"))
    return "".join(_as_ranges(marks))


def _as_ranges(codes: Iterable[int]) -> Iterator[str]:
    first = last = -1
    for code in chain(codes, [-1]):
        if code != last + 1:
            if first >= 0:
                yield f"{chr(first)}-{chr(last)}"
            first = code
        last = code
