"""The likely encoding of a text that is not Unicode and does not say its encoding.

A reading is plausible when its letters are those of one language and stand in words, and its signs
stand where such signs stand: `²` behind a unit, `½` not inside a word. That is decided on a few
words, where the frequencies that detectors compare are not yet to be seen.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import yaml

_SAMPLE = 32 * 1024
_LEAD = 64
_TELLING = 2048  # so many bytes beyond ASCII tell as much as any more
_HIGH = re.compile(rb"[\x80-\xff]")
_INSIDE_WORDS = frozenset("\u2019\u2018\u2013\u2014\u2026·\u00a0\u00ad\u0301")
_SIGNS = frozenset("ºªµ")  # letters by Unicode
_AFTER_NO_LETTER = frozenset("°½¼¾µ±¿¡£¢¶‚„")
_BEFORE_NO_LETTER = frozenset("²³¹ºª™®‰¶")
_USUAL = (
    _INSIDE_WORDS
    | _AFTER_NO_LETTER
    | _BEFORE_NO_LETTER
    | frozenset(
        "€§©×÷«»‹›„“”‚•†‡¶¢¥№₪฿\u200c\u200e\u200f،؛؟。、，．！？：；（）「」『』【】《》〈〉・～％"
    )
)
_SEPARATE = frozenset("°½¼¾µ±¿¡£²³¹ºª™®‰¶§©×÷•†‡¢¥€·‚„")
_ODD_SIGN, _ODD_PLACE = 0.6, 1.0
_CAPITAL = 0.15  # the cost of a capital in a word of capitals
_RANK = 0.3  # the cost of the rarest letter of an alphabet
_RANK_OF_ADDITION = 0.02
_NOT_COMMON = 0.35  # the cost of a character of a large script that is none of the commonest
_NEAR_ASCII = 0.4  # the cost of a letter of another script beside one of ASCII
_ALONE = 0.25  # the cost of a word of one letter in another script
_BY_ORDER = 0.001  # the cost of each place in the list of languages
_OF_OLD = 0.05  # the cost of the code pages of DOS and of the old Macintosh
_OLD = ("mac_", "cp4", "cp7", "cp85", "cp86")
_ACCEPTED = 0.42


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a language is written: encodings, and the cost of each letter that it has."""

    encodings: tuple[str, ...]
    costs: dict[str, float]
    is_large: bool


def guess_encoding(content: bytes) -> str:
    """Return the encoding in which bytes are most plausible, '' if in none of those known."""
    sample, is_whole = _sample(content)
    readings: dict[str, _Reading | None] = {}
    best, lowest = "", _ACCEPTED
    for place, writing in enumerate(_writings()):
        for encoding in writing.encodings:
            if encoding not in readings:
                readings[encoding] = _read(sample, encoding, is_whole=is_whole)
            reading = readings[encoding]
            if reading is not None:
                cost = reading.cost(writing) + place * _BY_ORDER
                cost += _OF_OLD * encoding.startswith(_OLD)
                best, lowest = min((lowest, best), (cost, encoding))[::-1]
    return best


def is_plausible(content: bytes, encoding: str) -> bool:
    """Whether bytes are text of some language in an encoding."""
    sample, is_whole = _sample(content)
    reading = _read(sample, encoding, is_whole=is_whole)
    return reading is not None and min(map(reading.cost, _writings())) < _ACCEPTED


def _sample(content: bytes) -> tuple[bytes, bool]:
    """Return the bytes to judge by, from shortly before the first one beyond ASCII to the end.

    Whether they reach the end is the second value.
    """
    high = _HIGH.search(content)
    start = max(0, high.start() - _LEAD) if high else 0
    sample = content[start : start + _SAMPLE]
    last = next(islice(_HIGH.finditer(sample), _TELLING, None), None)
    end = last.start() if last else len(sample)
    return sample[:end], start + end >= len(content)


@cache
def _writings() -> tuple[_Writing, ...]:
    text = Path(__file__).with_suffix(".yaml").read_text("utf-8")
    return tuple(_writing(entry) for entry in yaml.safe_load(text).values())


def _writing(entry: dict[str, str]) -> _Writing:
    letters = "".join(entry.get("letters", "").split())
    own_script = len(letters) > 25  # the alphabet is not only an addition to ASCII
    step = (_RANK if own_script else _RANK_OF_ADDITION) / max(len(letters), 1)
    costs = {letter: rank * step for rank, letter in enumerate(letters)}
    common = "".join(entry.get("common", "").split())
    costs.update(dict.fromkeys(common, 0.0))
    return _Writing(tuple(entry["encodings"].split()), costs, bool(common))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A decoded text: its letters beyond ASCII, and the cost of what stands in an odd place."""

    letters: Counter[str]
    beside_ascii: int
    alone: int
    odd: float
    count: int

    def cost(self, writing: _Writing) -> float:
        """Return the mean cost of a character beyond ASCII."""
        cost = self.odd
        if writing.is_large or len(writing.costs) > 25:
            cost += self.beside_ascii * _NEAR_ASCII + self.alone * _ALONE
        for letter, count in self.letters.items():
            known = writing.costs.get(letter)
            if known is None:
                known = _NOT_COMMON if writing.is_large and _is_ideograph(letter) else 1.0
            cost += known * count
        return cost / self.count


def _is_ideograph(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3"


def _read(sample: bytes, encoding: str, *, is_whole: bool) -> _Reading | None:
    """Return the reading in an encoding, `None` if the bytes are not in it."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample, final=is_whole)
    except (LookupError, UnicodeDecodeError):
        return None
    letters: Counter[str] = Counter()
    odd, beside_ascii, alone = 0.0, 0, 0
    padded = f" {text} "
    for at, character in enumerate(padded):
        if character < "\x80":
            continue
        before, after = padded[at - 1], padded[at + 1]
        if character.isalpha() and character not in _SIGNS:
            letters[character.lower() if character != "İ" else character] += 1
            odd += _letter_cost(before, character)
            beside_ascii += _is_ascii_letter(before) or _is_ascii_letter(after)
            alone += character < "\u3000" and before < "\u0370" and after < "\u0370"
        else:
            odd += _sign_cost(before, character, after)
    count = sum(character >= "\x80" for character in text)
    return _Reading(letters, beside_ascii, alone, odd, max(count, 1))


def _letter_cost(before: str, letter: str) -> float:
    """Return the cost of a capital inside a word, or of a letter behind a digit."""
    if letter.isupper() and before.isalpha():
        return _ODD_PLACE if before.islower() else _CAPITAL
    return _ODD_PLACE if before.isdecimal() and letter < "\u3000" else 0.0


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _sign_cost(before: str, sign: str, after: str) -> float:
    """Return the cost of a character that is no letter."""
    if sign.isnumeric() and sign not in _USUAL:
        return 0.0
    if sign not in _USUAL:
        return 0.0 if _combines(sign) and before >= "\u0590" else _ODD_SIGN
    if sign in _SEPARATE and (after in _SEPARATE or before in _SEPARATE):
        return _ODD_SIGN
    is_inside = (
        before.isalpha() and after.isalpha() and sign not in _INSIDE_WORDS and sign < "\u3000"
    )
    if (
        is_inside
        or (sign in _AFTER_NO_LETTER and before.isalpha())
        or (sign in _BEFORE_NO_LETTER and after.isalpha())
    ):
        return _ODD_PLACE
    return 0.0


def _combines(sign: str) -> bool:
    """Whether a mark is a part of a word: vowels and tones of Thai, Hebrew and Arabic."""
    return "\u0591" <= sign <= "\u06ed" or "\u0e31" <= sign <= "\u0e4e"
