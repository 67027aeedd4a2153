"""The stems of words, by Snowball's stemmer of a language (Porter, 2001)."""

from __future__ import annotations

import threading
from typing import Any

_LONGEST = 40
"""Letters of the longest word that is stemmed; anything longer is a code or a chain of words."""


class Stemmers(threading.local):
    """Snowball's stemmers, a set for each thread: a stemmer holds the word that it works on."""

    def __init__(self) -> None:
        self._stemmers: dict[str, Any] = {}

    def stem(self, word: str, name: str) -> str:
        """Return the stem of a word in lower case by the stemmer of this name, if there is one."""
        if not name or len(word) > _LONGEST:
            return word
        if name not in self._stemmers:
            import snowballstemmer

            self._stemmers[name] = snowballstemmer.stemmer(name)
        return str(self._stemmers[name].stemWord(word)) or word


stemmers = Stemmers()
