"""The words of a text as the keyword side sees them: lower case, stemmed, without stop words.

The keyword index holds these, questions are cut the same way, and a stored text keeps them as
numbers, so that a search can weigh its candidates exactly without reading them again.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
# Scripts that put no space between words: their pairs of characters stand in for words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+")
_PART = re.compile(r"\d+|[^\W\d_]+")
_SHORT_YEAR = re.compile(r"[0-4]\d")
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")

STOP_WORDS = frozenset(
    """a about also an and any are as at be been being but by can could did do does for from had has
    have he her his how i if in into is it its my no not of on or our she should so such than that
    the their them then there these they this to was we were what when where which who whom whose
    why will with would you your""".split()
)


def analyse(text: str) -> list[str]:
    """Return the words of a text in order: lower case, without accents, stemmed, no stop words."""
    return [stem(word) for word in _words(text) if word not in STOP_WORDS]


def name_words(name: str) -> set[str]:
    """Return the words of the name of a file: `3M_2018_10K` has 3m, 2018, 10k and 10."""
    found: set[str] = set()
    for word in _words(name.replace("_", " ")):
        found |= {part for part in (word, *_PART.findall(word)) if len(part) > 1}
    return {stem(word) for word in found if word not in STOP_WORDS}


def named_words(question: str) -> set[str]:
    """Return what of a question can be a word of a file's name.

    That is its words and their parts; two or three neighbours as one word ("best buy" is also
    bestbuy, "10-K" is also 10k); and a year of two digits as one of four (FY20 is also 2020).
    """
    words = list(_words(question.replace("_", " ")))
    runs = {"".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1)}
    parts = {part for word in words for part in _PART.findall(word)}
    years = {f"20{part}" for part in parts if _SHORT_YEAR.fullmatch(part)}
    found = {*words, *parts, *runs, *years} - STOP_WORDS
    return {stem(word) for word in found if len(word) > 1}


def plain(text: str) -> str:
    """Return a text with typographic ligatures taken apart (`ﬁ` is `fi`)."""
    return _LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem of a word (Porter's second English stemmer, by Snowball)."""
    return str(_stemmer().stemWord(word))


def pack(words: Iterable[str]) -> bytes:
    """Return words as 32-bit codes, in order, to be stored."""
    return np.array([code(word) for word in words], np.uint32).tobytes()


@lru_cache(maxsize=200_000)
def code(word: str) -> int:
    """Return the code of an analysed word. Two words share one about once in four billion."""
    return zlib.crc32(word.encode())


def unpack(packed: bytes) -> NDArray[np.uint32]:
    """Return the codes that `pack` stored."""
    return np.frombuffer(packed, np.uint32)


def _words(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKD", plain(text).lower())
    bare = "".join(c for c in folded if not unicodedata.combining(c)) if folded != text else text
    for match in _WORD.finditer(unicodedata.normalize("NFKC", bare)):
        word = match.group()
        if not _UNSPACED.search(word):
            yield word
            continue
        for run in re.split(f"({_UNSPACED.pattern})", word):
            if _UNSPACED.fullmatch(run) and len(run) > 1:
                yield from (run[i : i + 2] for i in range(len(run) - 1))
            elif run:
                yield run


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
