"""The words in the names of files, and those of a question that may be one of them."""

from __future__ import annotations

import re

from quoth.text.language import ENGLISH, Language
from quoth.text.words import is_stop_word, split_words, stem

_PART = re.compile(r"\d+|[^\W\d_]+")
_SHORT_YEAR = re.compile(r"[0-4]\d")


def split_name(name: str, language: Language = ENGLISH) -> set[str]:
    """Return the words of a file name: `3M_2018_10K` has 3m, 2018, 10k and 10."""
    words = split_words(name, language)
    parts = {part for word in words for part in (word, *_PART.findall(word)) if len(part) > 1}
    return _stem_all(parts, language)


def guess_name_words(question: str, language: Language = ENGLISH) -> set[str]:
    """Return the words of a question that may be in a file name.

    They are the words and their parts, two or three adjacent words as one ("best buy" is also
    bestbuy, "10-K" is also 10k), and two-digit years with four digits (FY20 is also 2020).
    """
    words = split_words(question, language)
    runs = {"".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1)}
    parts = {part for word in words for part in _PART.findall(word)}
    years = {f"20{part}" for part in parts if _SHORT_YEAR.fullmatch(part)}
    candidates = {*words, *parts, *runs, *years}
    return _stem_all({word for word in candidates if len(word) > 1}, language)


def _stem_all(words: set[str], language: Language) -> set[str]:
    return {stem(word, language) for word in words if not is_stop_word(word, language)}
