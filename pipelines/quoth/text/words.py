"""The analysed words of a text: lower case, without accents, stemmed, without stop words.

The words of chunks in the keyword index and those of a question are analysed in the same way. What
stands between spaces is a token; a token has one word, or several if it is an identifier or has no
spaces of its own: Chinese, Japanese, Thai, Lao, Burmese and Khmer are cut into pairs of characters,
and Chinese characters are words of their own, too (Nie, Gao, Zhang and Zhou, 2000), the same in
traditional and in simplified form. Korean words also have the pairs of their syllables, Vietnamese
texts those of adjacent words.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import metadata
from itertools import pairwise

from quoth.text.characters import pair, pair_characters
from quoth.text.identifiers import split_identifier, split_segments
from quoth.text.language import ENGLISH, Language, read_sections
from quoth.text.letters import (
    fold_letters,
    is_accented,
    move_tones,
    normalize_letters,
    read_simplified,
)
from quoth.text.scripts import HAN, HANGUL, UNSPACED, combining_marks
from quoth.text.stems import stemmers

_VERSION = "words-6"
"""To be raised when this module gives other words for the same text."""
_CONNECTED = r"(?:[-_.:/@#&+'\\]|::|\^-?|,(?=\d))"
_ASCII_TOKEN = re.compile(rf"[A-Za-z0-9]+(?:{_CONNECTED}[A-Za-z0-9]+)*(?:\+\+|[+#](?!\w))?")
_GROUP = re.compile(f"[{UNSPACED}]")
_HAN = re.compile(f"[{HAN}]")
_HANGUL = re.compile(f"[{HANGUL}]+")
_SHOUT_WORDS = 4
"""The words of a line in capitals from which capitals say nothing of its words."""
_MOST_KNOWN = 200_000
_SHORTEST_AFTER_PREFIX = 3


def analyse(text: str, language: Language = ENGLISH) -> list[str]:
    """Return the analysed words of a text in order.

    A stop word in capitals is an acronym and stays (`WHO`, `IT`), and a text that has nothing else
    keeps its stop words.
    """
    tokens = _find_tokens(text, language)
    return _content_words(tokens, language) or [
        word for token in tokens for word in _analyse(token, language, stop=False)
    ]


def split_words(text: str, language: Language = ENGLISH) -> list[str]:
    """Return the words of a text in lower case and in order, neither stemmed nor left out.

    What has signs inside is only its parts. Scripts without spaces give groups of characters.
    """
    return [
        lower(word, language)
        for token in _find_tokens(text, language)
        for word in (pair_characters(token) if _GROUP.match(token) else split_segments(token))
    ]


def fold_words(text: str) -> list[str]:
    """Return the words of a text, case-folded and normalized, with their accents.

    A word may have hyphens and apostrophes inside. Scripts without spaces give pairs of characters.
    """
    return [
        word
        for token in _joined_words().findall(normalize_letters(text).casefold())
        for word in (pair_characters(token) if _GROUP.match(token) else (token,))
    ]


def count_terms(text: str, language: Language = ENGLISH) -> Counter[str]:
    """Return the analysed words of a text with their counts, none of them a stop word."""
    return Counter(_content_words(_find_tokens(text, language), language))


def stem(word: str, language: Language = ENGLISH) -> str:
    """Return the stem of one word as in `analyse`, even of a stop word."""
    return _stem(lower(normalize_letters(word), language), language)


def is_stop_word(word: str, language: Language = ENGLISH) -> bool:
    """Whether a word is a stop word of the language."""
    return _is_stop(lower(normalize_letters(word), language), language)


def lower(text: str, language: Language = ENGLISH) -> str:
    """Return a text in lower case; in Turkish, that of `I` is `ı`."""
    if language.words.dotless_i:
        text = text.replace("I", "ı").replace("İ", "i")
    return text.lower()


@cache
def analyser_fingerprint() -> str:
    """Return an identifier that changes whenever `analyse` may give other words for a text."""
    data = read_sections("words") + read_simplified()
    digest = hashlib.blake2b(data.encode(), digest_size=8).hexdigest()
    return f"{_VERSION}:{metadata.version('snowballstemmer')}:{digest}"


class _Analyses(dict[str, tuple[str, ...]]):
    """The analysed words of each token of a language; a token is analysed once."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __missing__(self, token: str) -> tuple[str, ...]:
        words = tuple(_analyse(token, self._language))
        if not _GROUP.match(token):
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[token] = words
        return words


@cache
def _analyses(language: Language) -> _Analyses:
    return _Analyses(language)


def _content_words(tokens: Sequence[str], language: Language) -> list[str]:
    analyses = _analyses(language)
    words: list[str] = []
    for token in tokens:
        words += analyses[token]
    if language.words.tones:
        words += _join_syllables(tokens, language)
    return words


def _join_syllables(tokens: Sequence[str], language: Language) -> Iterator[str]:
    """Yield each two adjacent syllables without their tones; most words of Vietnamese have two."""
    syllables = [lower(token, language) for token in tokens]
    is_stop = [_is_stop(syllable, language) for syllable in syllables]
    for index, (first, second) in enumerate(pairwise(map(fold_letters, syllables))):
        if not (is_stop[index] and is_stop[index + 1]):
            yield f"{first}_{second}"


def _find_tokens(text: str, language: Language) -> list[str]:
    pattern = _ASCII_TOKEN if text.isascii() else _token()
    return pattern.findall(_lower_shouts(normalize_letters(text), language))


@cache
def _token() -> re.Pattern[str]:
    letters = rf"[^\W_{UNSPACED}]+(?:[{combining_marks()}]+[^\W_{UNSPACED}]*)*"
    connected = rf"(?:{_CONNECTED}|(?<=[א-ת])\"(?=[א-ת]))"
    return re.compile(rf"[{UNSPACED}]+|{letters}(?:{connected}{letters})*(?:\+\+|[+#](?!\w))?")


@cache
def _joined_words() -> re.Pattern[str]:
    letters = rf"[^\W{UNSPACED}]+(?:[{combining_marks()}]+[^\W{UNSPACED}]*)*"
    return re.compile(rf"[{UNSPACED}]+|{letters}(?:['\-]{letters})*")


def _lower_shouts(text: str, language: Language) -> str:
    """Return a text with its longer lines in capitals in lower case."""
    lines = text.split("\n")
    if not any(map(str.isupper, lines)):
        return text
    return "\n".join(
        lower(line, language) if line.isupper() and line.count(" ") >= _SHOUT_WORDS - 1 else line
        for line in lines
    )


def _analyse(token: str, language: Language, *, stop: bool = True) -> Iterator[str]:
    """Yield the analysed words of a token."""
    if _GROUP.match(token):
        yield from pair_characters(token)
        if len(token) > 1:
            yield from _HAN.findall(fold_letters(token))
        return
    for written in _split(token):
        word = lower(written, language)
        is_acronym = len(word) > 1 and written.isupper()
        if stop and not is_acronym and _is_stop(word, language):
            continue
        yield _stem(word, language)
        yield from _take_off_proclitics(word, language)
        if len(word) > 1 and _HANGUL.fullmatch(word):
            yield from pair(word)


def _take_off_proclitics(word: str, language: Language) -> Iterator[str]:
    """Yield what may be left of a word without each sequence of short words before it."""
    proclitics = language.words.proclitics
    if not proclitics or not word.isalpha():
        return
    for size in range(1, len(word) - _SHORTEST_AFTER_PREFIX + 1):
        if word[:size] in proclitics and not _is_stop(word[size:], language):
            yield _stem(word[size:], language)


def _split(token: str) -> Iterable[str]:
    plain = token == token.lower() or token.istitle() or token.isupper()
    return (token,) if token.isalpha() and plain else dict.fromkeys(split_identifier(token))


def _is_stop(word: str, language: Language) -> bool:
    """Whether a word in lower case is a stop word, or one typed without its accents."""
    rules = language.words
    typed_plainly = not rules.tones and not is_accented(word)
    return word in rules.stop or (typed_plainly and fold_letters(word) in _plain_stops(language))


@cache
def _plain_stops(language: Language) -> frozenset[str]:
    return frozenset(map(fold_letters, language.words.stop))


@lru_cache(maxsize=200_000)
def _stem(word: str, language: Language) -> str:
    rules = language.words
    if rules.tones:
        return move_tones(word)
    for particle in sorted(rules.particles, key=len, reverse=True):
        if word.endswith(particle) and len(word) > len(particle):
            return word.removesuffix(particle)
    for prefix in sorted(rules.prefixes, key=len, reverse=True):
        if word.startswith(prefix) and len(word) >= len(prefix) + _SHORTEST_AFTER_PREFIX:
            word = word.removeprefix(prefix)
            break
    is_code = word.isascii() and not word.isalpha()
    return fold_letters(word if is_code else stemmers.stem(word, rules.stemmer))
