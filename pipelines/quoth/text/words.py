"""The analysed words of a text: lower case, without accents, stemmed, without stop words.

The words of chunks in the keyword index and those of a question are analysed in the same way. A
stored chunk has its words as 32-bit codes, so that a search scores its candidates exactly without
reading their text.
"""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quoth.text.language import ENGLISH, Language

_VERSION = "words-2"
"""To be raised when this module gives other words for the same text."""
_WORD = re.compile(r"[^\W_]+")
# Scripts without spaces between words: pairs of characters take the place of words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+")
_PART = re.compile(r"\d+|[^\W\d_]+")
_SHORT_YEAR = re.compile(r"[0-4]\d")
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")


def analyse(text: str, language: Language = ENGLISH) -> list[str]:
    """Return the analysed words of a text in order."""
    stop = _stop_words(language)
    return [_stem(word, language) for word in _words(text) if word not in stop]


def count_terms(text: str, language: Language = ENGLISH) -> Counter[str]:
    """Return the analysed words of a text with their counts."""
    return Counter(analyse(text, language))


def stem(word: str, language: Language = ENGLISH) -> str:
    """Return the stem of one word as in `analyse`, even of a stop word."""
    return _stem(_fold(word), language)


def is_stop_word(word: str, language: Language = ENGLISH) -> bool:
    """Whether a word is a stop word of the language."""
    return _fold(word) in _stop_words(language)


def analyser_fingerprint(language: Language = ENGLISH) -> str:
    """Return an identifier that changes whenever `analyse` may give other words for a text."""
    rules = language.words
    known = "\n".join([rules.stemmer, *sorted(rules.stop)])
    digest = hashlib.blake2b(known.encode(), digest_size=8).hexdigest()
    return f"{_VERSION}:{metadata.version('snowballstemmer')}:{digest}"


def split_name(name: str, language: Language = ENGLISH) -> set[str]:
    """Return the words of a file name: `3M_2018_10K` has 3m, 2018, 10k and 10."""
    words: set[str] = set()
    for word in _words(name.replace("_", " ")):
        words |= {part for part in (word, *_PART.findall(word)) if len(part) > 1}
    return {_stem(word, language) for word in words - _stop_words(language)}


def guess_name_words(question: str, language: Language = ENGLISH) -> set[str]:
    """Return the words of a question that may be in a file name.

    They are the words and their parts, two or three adjacent words as one ("best buy" is also
    bestbuy, "10-K" is also 10k), and two-digit years with four digits (FY20 is also 2020).
    """
    words = list(_words(question.replace("_", " ")))
    runs = {"".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1)}
    parts = {part for word in words for part in _PART.findall(word)}
    years = {f"20{part}" for part in parts if _SHORT_YEAR.fullmatch(part)}
    candidates = {*words, *parts, *runs, *years} - _stop_words(language)
    return {_stem(word, language) for word in candidates if len(word) > 1}


def split_ligatures(text: str) -> str:
    """Replace typographic ligatures by their letters (`ﬁ` by `fi`)."""
    return _LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def pack(words: Iterable[str]) -> bytes:
    """Encode words as 32-bit codes in order, for storage."""
    return np.array([encode_word(word) for word in words], np.uint32).tobytes()


@lru_cache(maxsize=200_000)
def encode_word(word: str) -> int:
    """Return the 32-bit code of an analysed word; collisions are about one in four billion."""
    return zlib.crc32(word.encode())


def unpack(packed: bytes) -> NDArray[np.uint32]:
    """Decode the codes that `pack` encoded."""
    return np.frombuffer(packed, np.uint32)


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(_fold(text)):
        word = match.group()
        if not _UNSPACED.search(word):
            yield word
            continue
        for run in re.split(f"({_UNSPACED.pattern})", word):
            if _UNSPACED.fullmatch(run) and len(run) > 1:
                yield from (run[i : i + 2] for i in range(len(run) - 1))
            elif run:
                yield run


def _fold(text: str) -> str:
    """Return a text in lower case, without accents and ligatures."""
    text = split_ligatures(text).lower()
    if text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", bare)


@lru_cache
def _stop_words(language: Language) -> frozenset[str]:
    return frozenset(map(_fold, language.words.stop))


@lru_cache(maxsize=200_000)
def _stem(word: str, language: Language) -> str:
    return (
        str(_stemmers.of(language.words.stemmer).stemWord(word)) if language.words.stemmer else word
    )


class _Stemmers(threading.local):
    """Snowball's stemmers, a set for each thread: a stemmer holds the word that it works on."""

    def __init__(self) -> None:
        self._stemmers: dict[str, Any] = {}

    def of(self, name: str) -> Any:
        if name not in self._stemmers:
            import snowballstemmer

            self._stemmers[name] = snowballstemmer.stemmer(name)
        return self._stemmers[name]


_stemmers = _Stemmers()
