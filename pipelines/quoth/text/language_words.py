"""The sections `words` and `sentences` of a language."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, WordSet


@dataclass(frozen=True, slots=True, config=STRICT)
class WordRules:
    """The comparison of words.

    `stop` are the stop words, in lower case. `stemmer` is the name of a Snowball stemmer; without
    one, words are not stemmed. `capital_names` is true where a capital letter inside a sentence
    marks a name. `particles` are short words that are written together with the word before them,
    as in Korean; `prefixes` are those written together with the word after them, as the articles of
    Arabic, of which at least three letters remain. `proclitics` are sequences of such words that
    cannot be told from the first letters of a word, as in Hebrew: it is indexed with and without
    them. `dotless_i` is true where `I` is the capital of `ı`, as in Turkish. `tones` is true where
    accents make other words, as in Vietnamese, and most words have two syllables. `titles` stand
    before names, `titles_after` after them, where capitals do not tell names.
    """

    stop: WordSet = frozenset()
    stemmer: str = ""
    capital_names: bool = True
    particles: WordSet = frozenset()
    prefixes: WordSet = frozenset()
    proclitics: WordSet = frozenset()
    dotless_i: bool = False
    tones: bool = False
    titles: WordSet = frozenset()
    titles_after: WordSet = frozenset()


@dataclass(frozen=True, slots=True, config=STRICT)
class SentenceRules:
    """The full stops that end no sentence.

    `abbreviations` are words whose full stop does not end a sentence, written without that stop;
    letter case matters. One of several letters is written without spaces and stands for both
    forms: `z.B` for "z.B." and "z. B.". `ordinals` is true where a full stop after a number makes
    it an ordinal number ("30. Juni").
    """

    abbreviations: WordSet = frozenset()
    ordinals: bool = False
