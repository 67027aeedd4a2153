"""What tells a text that was made from removed documents: their paths, their passages, their words.

A passage is a run of words that stands in a removed document. A word of its own is one that no
document that stays has: a reference number, a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from quoth.text import ENGLISH, is_stop_word

_WORD = re.compile(r"[^\W_]+")
_PASSAGE_WORDS = 6
_SHORTEST_OWN, _SHORTEST_NUMBER = 4, 3
"""The letters of the shortest word that tells a document, and those of one with a digit."""


class Traces:
    """The traces of removed documents: their paths, and their texts beside those that stay.

    `paths` has each path in the forms in which it stands in files.
    """

    def __init__(self, paths: Iterable[str], removed: Iterable[str], kept: Iterable[str]) -> None:
        self.paths = {form for path in paths for form in _forms(path)}
        texts = [list(_words(text)) for text in removed]
        self._passages = {passage for words in texts for passage in _passages(words)}
        self._own = {word for word in chain(*texts) if _tells(word)}
        for text in kept:
            if not self._own:
                break
            self._own.difference_update(_words(text))

    def shows(self, text: str, *, words: bool = True) -> bool:
        """Whether a text has a path or a passage of the documents, or with `words` one of those.

        Without them, it is for texts that are mostly of others, such as the prompts of a model.
        """
        if any(path in text for path in self.paths):
            return True
        found = list(_words(text))
        if words and not self._own.isdisjoint(found):
            return True
        return any(passage in self._passages for passage in _passages(found))


def _forms(path: str) -> Iterator[str]:
    """Yield the forms in which a path stands in a file: as it is, in JSON, as an address."""
    yield path
    yield json.dumps(path)[1:-1]
    yield json.dumps(path, ensure_ascii=False)[1:-1]
    if Path(path).is_absolute():
        yield Path(path).as_uri()


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in _WORD.finditer(text.casefold()))


def _passages(words: list[str]) -> Iterator[int]:
    """Yield a number for each run of words."""
    for start in range(len(words) - _PASSAGE_WORDS + 1):
        yield hash(tuple(words[start : start + _PASSAGE_WORDS]))


def _tells(word: str) -> bool:
    shortest = _SHORTEST_NUMBER if any(map(str.isdigit, word)) else _SHORTEST_OWN
    return len(word) >= shortest and not is_stop_word(word, ENGLISH)
