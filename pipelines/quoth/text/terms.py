"""The terms of a text: its meaningful words, stemmed and counted."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"\w+")

ENGLISH_STOPWORDS = frozenset(
    """a about above after all also am an and any are as at be because been before being between
    both but by can could did do does doing down during each few for from further had has have
    having he her here hers him his how i if in into is it its itself just me more most my no nor
    not of off on once only or other our out over own same she should so some such than that the
    their them then there these they this those through to too under until up very was we were
    what when where which while who whom why will with would you your""".split()
)


def terms(text: str) -> Counter[str]:
    """Return the stems of the words that carry meaning, with how often each stands there."""
    return Counter(
        stem(word) for word in _WORD.findall(text.lower()) if word not in ENGLISH_STOPWORDS
    )


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of an English word (Porter 2, by Snowball)."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
