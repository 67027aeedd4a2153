"""The names in a text: by capital letters, or by titles where there are none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import zip_longest

from quoth.text.language import ENGLISH, Language
from quoth.text.scripts import (
    LEADING_VOWELS,
    TRAILING_VOWELS,
    UNSPACED,
    combining_marks,
    is_unspaced,
)
from quoth.text.sentences import find_sentences
from quoth.text.words import is_stop_word

_OPENING = re.compile(r"[\s\"'“„‘«»‚‹(\[*_#>\-–—¿¡]*")
_HEAD = 3
"""The characters that are looked at of a name which has no end, for lack of spaces."""
_KATAKANA = re.compile("[ァ-ヺー]{3,}(?:・[ァ-ヺー]+)*")
"""Foreign words of Japanese; most long ones are names."""


def find_names(text: str, language: Language = ENGLISH) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each name in a text, in order of its kind.

    A capitalized word is a name, but not at the start of a sentence, unless another name follows.
    Where a language capitalizes all nouns, only adjacent capitalized words are names, and acronyms.
    In scripts without capitals, names are the words beside a title (`王先生`, `श्री राम`,
    `นายสมชาย`), and words in katakana.
    """
    yield from _find_capitalized(text, language)
    if not text.isascii():
        for match in _KATAKANA.finditer(text):
            yield match.span()
        yield from _find_titled(text, language)


def _find_capitalized(text: str, language: Language) -> Iterator[tuple[int, int]]:
    begins = {0} | {_skip_opening(text, start) for start, _ in find_sentences(text, language)}
    names = [
        match
        for match in _name().finditer(text)
        if _is_capitalized(text, match)
        and (_is_acronym(match[0]) or not is_stop_word(match[0], language))
    ]
    followed: Sequence[bool] = [
        after is not None and after.start() == match.end() + 1
        for match, after in zip_longest(names, names[1:])
    ][: len(names)]
    capitals_tell = language.words.capital_names or _is_caseless(text)
    for index, match in enumerate(names):
        beside = followed[index] or (index > 0 and followed[index - 1])
        if match.start() in begins and not followed[index]:
            continue
        if beside or capitals_tell or _is_acronym(match[0]):
            yield match.span()


@cache
def _name() -> re.Pattern[str]:
    marks = rf"[{combining_marks()}\u00ad\u200b-\u200d\u2060]*"  # and what has no width
    letter = rf"[^\W{UNSPACED}]{marks}"
    return re.compile(rf"[^\W\d_{UNSPACED}]{marks}(?:{letter}|[’'\-])*{letter}")


def _is_capitalized(text: str, match: re.Match[str]) -> bool:
    """Whether a word begins with a capital letter, and is no part of another word."""
    before = text[match.start() - 1 : match.start()]
    return match[0][0].isupper() and not (before.isalnum() and not is_unspaced(before))


def _is_caseless(text: str) -> bool:
    """Whether most letters of a text have no capitals, so that foreign words with one stand out."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(letter.lower() == letter.upper() for letter in letters) > len(letters)


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word[1:] != word[1:].lower()


def _find_titled(text: str, language: Language) -> Iterator[tuple[int, int]]:
    titles = _titles(language)
    for match in titles.finditer(text) if titles else ():
        if not is_stop_word(match[match.lastgroup or 0], language):
            yield match.span(match.lastgroup or 0)


@cache
def _titles(language: Language) -> re.Pattern[str] | None:
    """Return a pattern for a title and the name beside it, a group for each way to write them.

    In scripts without spaces, the name is the character before a title, or the first ones after it.
    """
    before, after = map(_join, (language.words.titles, language.words.titles_after))
    character = f"[{LEADING_VOWELS}]?[{UNSPACED}][{combining_marks()}]*[{TRAILING_VOWELS}]?"
    word = rf"[^\s.,!?;:(){UNSPACED}]+"
    ways: list[str] = []
    if before:
        ways.append(rf"(?<!\S)(?:{before})\.? (?P<following_word>{word})")
        ways.append(rf"(?:{before})\.? ?(?P<following>(?:{character}){{{_HEAD}}})")
    if after:
        ways.append(rf"(?P<preceding>[{UNSPACED}])(?:{after})")
        ways.append(rf"(?<!\S)(?P<preceding_word>{word}) (?:{after})")
    return re.compile("|".join(ways)) if ways else None


def _join(titles: Collection[str]) -> str:
    """Return a pattern for any of the titles, the longest one first."""
    return "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))


def _skip_opening(text: str, start: int) -> int:
    opening = _OPENING.match(text, start)
    return opening.end() if opening else start
