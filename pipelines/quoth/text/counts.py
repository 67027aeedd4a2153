"""The length of a text in words and in characters."""

from __future__ import annotations

import re
from functools import cache

from quoth.text.scripts import ALPHABETS_WITHOUT_SPACES, IDEOGRAPHS

_LETTERS_OF_A_WORD = 4
"""The letters of a word in Thai, Lao, Burmese and Khmer, on the mean."""


def count_words(text: str) -> int:
    """Return the number of words.

    In scripts without spaces, a Chinese character or a kana is a word, and so are each four letters
    of Thai, Lao, Burmese and Khmer.
    """
    if text.isascii():
        return len(text.split())
    return sum(1 if word.isascii() else _count(word) or 1 for word in text.split())


def count_solid(text: str) -> int:
    """Return the number of characters, except white space."""
    return sum(map(len, text.split()))


def _count(word: str) -> int:
    ideographs, letters = (len(pattern.findall(word)) for pattern in _unspaced())
    return ideographs + -(-letters // _LETTERS_OF_A_WORD)


@cache
def _unspaced() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(f"[{IDEOGRAPHS}]"), re.compile(f"[{ALPHABETS_WITHOUT_SPACES}]")
