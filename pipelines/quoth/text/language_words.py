"""The sections `words` and `sentences` of a language."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, WordSet


@dataclass(frozen=True, slots=True, config=STRICT)
class WordRules:
    """The comparison of words.

    `stop` are the stop words, in lower case. `stemmer` is the name of a Snowball stemmer; without
    one, words are not stemmed.
    """

    stop: WordSet
    stemmer: str = ""


@dataclass(frozen=True, slots=True, config=STRICT)
class SentenceRules:
    """The full stops that end no sentence.

    `abbreviations` are words whose full stop does not end a sentence, written without that stop;
    letter case matters.
    """

    abbreviations: WordSet = frozenset()
