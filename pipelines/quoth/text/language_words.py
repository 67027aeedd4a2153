"""The sections `words` and `sentences` of a language."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, WordSet


@dataclass(frozen=True, slots=True, config=STRICT)
class WordRules:
    """How words are compared.

    `stop` are the words that carry no meaning of their own, in lower case. `stemmer` is the name
    of a stemmer of Snowball; without one, words are compared as they are.
    """

    stop: WordSet
    stemmer: str = ""


@dataclass(frozen=True, slots=True, config=STRICT)
class SentenceRules:
    """Where sentences do not end.

    `abbreviations` are words, without their last full stop, that are followed by more of the same
    sentence; upper and lower case differ.
    """

    abbreviations: WordSet = frozenset()
