"""Full stops within a sentence: abbreviations, initials, ordinal numbers, numbers of lists."""

from __future__ import annotations

import re
from functools import cache

from quoth.text.language import Language

WINDOW = 40
"""The characters before a full stop that say whether it ends a sentence."""
_WORD = re.compile(r"\w+")
_OPENING = "\"'“‘„«»›([¿¡*_"
_ROMAN = frozenset("IVX")
_ROMAN_NUMBER = re.compile(r"[IVX]{1,6}")
_DOTTED_LETTERS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_LONGEST_ORDINAL = 2
_LONGEST_SHORT_WORD = 4


def is_inside(text: str, begin: int, end: int, follower: int, language: Language) -> bool:
    """Whether the mark before `end` is a full stop within the sentence that began at `begin`.

    `follower` is the offset of the next word.
    """
    if end <= begin or text[end - 1] != ".":
        return False
    before = text[max(begin, end - WINDOW) : end - 1]
    words = before.split()
    word = words[-1].lstrip(_OPENING) if words and not before[-1].isspace() else ""
    if not word:
        return False
    opens = len(words) == 1 and end - begin < WINDOW
    if _is_list_number(word) and (opens or (words[-2:-1] and words[-2][-1] in ":;")):
        return True
    following = _WORD.match(text, follower)
    next_word = following[0] if following else ""
    if abbreviation := _find_abbreviation(word, text, end, language):
        may_end = abbreviation.islower() and "." not in abbreviation[:-1]
        return not (may_end and _starts_anew(next_word, language))
    if len(word) == 1 and not word.isdigit() and word not in _ROMAN:
        return _is_initial(word, words[-2:-1], next_word)
    return _is_short_form(word, next_word, language, opens=opens)


def _is_short_form(word: str, next_word: str, language: Language, *, opens: bool) -> bool:
    """Whether a word with a full stop is an ordinal, dotted letters, or short before a number."""
    if word.isdigit() or _ROMAN_NUMBER.fullmatch(word):
        return _is_ordinal(word, language) and not _starts_anew(next_word, language)
    if _DOTTED_LETTERS.fullmatch(word):
        return not _starts_anew(next_word, language)
    is_short = len(word) <= _LONGEST_SHORT_WORD and word[0].isupper()
    return is_short and next_word[:1].isdigit() and not opens


def _starts_anew(next_word: str, language: Language) -> bool:
    """Whether a word in capitals is one that only the start of a sentence capitalizes."""
    return next_word.lower() in language.words.stop


def _is_list_number(word: str) -> bool:
    """Whether a word at the start of a sentence numbers it: "2. Open the valve"."""
    return len(word) <= _LONGEST_ORDINAL and (word.isdigit() or len(word) == 1)


def _is_ordinal(word: str, language: Language) -> bool:
    return language.sentences.ordinals and (not word.isdigit() or len(word) <= _LONGEST_ORDINAL)


def _is_initial(letter: str, before: list[str], next_word: str) -> bool:
    """Whether a letter stands for a name, a title or a page.

    "John F. Kennedy" and "He left. J. Smith stayed" have one, but "plan B. Then" has none.
    """
    if not letter.isupper():
        return letter.lower() == letter.upper() or next_word[:1].isdigit()
    return not before or before[0][0].isupper() or before[0][-1] in ".!?"


def _find_abbreviation(word: str, text: str, end: int, language: Language) -> str:
    """Return the abbreviation that has the full stop before `end`, or an empty text.

    `word` is what stands before the full stop.
    """
    piece = word.rpartition(".")[2]
    pattern, pieces = _abbreviations(language)
    if pattern is None or (piece.isalnum() and piece not in pieces):
        return ""
    for match in pattern.finditer(text, max(0, end - WINDOW), end + WINDOW):
        if match.start() < end <= match.end():
            return match[0]
        if match.start() >= end:
            break
    return ""


@cache
def _abbreviations(language: Language) -> tuple[re.Pattern[str] | None, frozenset[str]]:
    """Return a pattern for the abbreviations of a language, and what stands before their stops.

    The pattern takes them with or without spaces inside.
    """
    known = language.sentences.abbreviations
    capital = {short[0].upper() + short[1:] for short in known if len(short) > 1}
    longest_first = sorted(known | capital, key=len, reverse=True)
    written = [r"\.\s?".join(map(re.escape, short.split("."))) for short in longest_first]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(written)})\.") if written else None
    return pattern, frozenset(piece for short in longest_first for piece in short.split("."))
