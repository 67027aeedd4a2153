"""The normal forms of letters: how a text is written for comparison, whoever typed it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

_RAISED = re.compile("[⁰¹²³⁴-⁹⁺⁻]+")
_ADDED_FRACTION = re.compile("(?<=\\d)(?=[¼-¾⅐-⅞↉])")
_SIGNS = {
    **dict.fromkeys("‐‑−﹣－", "-"),
    **dict.fromkeys("’‘ʼʹ׳´", "'"),
    **dict.fromkeys("״“”„", '"'),
    **dict.fromkeys("™℠®©°", " "),
    "⁄": "/",
}
"""Signs between letters in one form. Typographic signs part words."""
_LEFT_OUT = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u20d0-\u20ff\ufe00-\ufe0f]"
)
"""Points of Hebrew, vowel marks and lengthening strokes of Arabic, which few type; signs that
only choose how a character looks."""
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
_ACCENT = re.compile("[\u0300-\u036f]")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SPELLINGS = {
    # Letters that are written one for the other, or that the keyboard of a reader may lack.
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
    "ı": "i", "ŋ": "n", "ŧ": "t", "ς": "σ",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
    "ک": "ك", "ۀ": "ه", "ہ": "ه", "ھ": "ه",
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    "й": "й",
}  # fmt: skip
_DEVANAGARI = {"\u093c": "", "\u0901": "\u0902"}
"""The dot of foreign sounds, which is often left out, and two signs for one nasal."""


_SIMPLIFIED = Path(__file__).parent / "simplified.txt"


class _Table(dict[int, str]):
    """What each character becomes, for `str.translate`; a character is looked at once."""

    def __init__(self, form_of: Callable[[str], str]) -> None:
        self._form_of = form_of

    def __missing__(self, code: int) -> str:
        form = self[code] = self._form_of(chr(code))
        return form


def normalize_letters(text: str) -> str:
    """Return a text in one form of each letter, sign and digit; letter case and accents stay.

    Compatibility forms (ligatures, full and half width, presentation forms) become plain letters,
    digits of every script ASCII. Characters without width, points of Hebrew and vowel marks of
    Arabic are removed. A raised number stands after `^`: 12⁵ is not 125.
    """
    if text.isascii():
        return text
    text = _RAISED.sub(lambda raised: "^" + unicodedata.normalize("NFKC", raised[0]), text)
    text = _ADDED_FRACTION.sub(" ", text).translate(_NORMAL).replace("เเ", "แ")
    return unicodedata.normalize("NFC", text)


def fold_letters(word: str) -> str:
    """Return a word in lower case as it is compared: without accents, and in one spelling.

    Only Latin, Greek and Cyrillic letters lose their accents; the marks of other scripts are
    letters. Traditional Chinese characters become simplified ones, those of Japanese and Korean
    texts too.
    """
    return word if word.isascii() else word.translate(_FOLDED)


def simplify(character: str) -> str:
    """Return the simplified form of a traditional Chinese character; any other as it is."""
    return _simplified().get(character, character)


def read_simplified() -> str:
    """Return the table of simplified characters, a line for each with its traditional forms."""
    return _SIMPLIFIED.read_text(encoding="utf-8")


def is_left_out(character: str) -> bool:
    """Whether a character is of no account: without width, a vowel mark, a lengthening stroke."""
    return unicodedata.category(character) in {"Cf", "Cs"} or bool(_LEFT_OUT.match(character))


def is_accented(word: str) -> bool:
    """Whether a word has a Latin, Greek or Cyrillic letter with an accent."""
    return not word.isascii() and bool(_ACCENT.search(unicodedata.normalize("NFD", word)))


def move_tones(word: str) -> str:
    """Return a Vietnamese syllable with its tone at the end: `hòa` and `hoà` are one word."""
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(_TONE.findall(letters))
    return unicodedata.normalize("NFC", _TONE.sub("", letters)) + tones


def split_ligatures(text: str) -> str:
    """Replace typographic ligatures by their letters (`ﬁ` by `fi`)."""
    return _LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def _normal_form(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character in _DEVANAGARI:
        return _DEVANAGARI[character]
    if is_left_out(character):
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    form = unicodedata.normalize("NFKC", character)
    return form if form == character else "".join(map(_normal_form, form))


def _folded_form(character: str) -> str:
    if character in _SPELLINGS:
        return _SPELLINGS[character]
    bare = _ACCENT.sub("", unicodedata.normalize("NFD", character))
    return simplify(unicodedata.normalize("NFC", bare))


@cache
def _simplified() -> Mapping[str, str]:
    groups = (line for line in read_simplified().splitlines() if not line.startswith("#"))
    return {traditional: group[0] for group in groups for traditional in group[1:]}


_NORMAL = _Table(_normal_form)
_FOLDED = _Table(_folded_form)
