"""The words and signs that multiply the number before them: million, Mio., 億, lakh, ×10⁶."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from quoth.text.scripts import HANGUL, UNSPACED

_FILE = Path(__file__).with_suffix(".yaml")
_LETTERS: Mapping[str, int] = {"k": 3, "K": 3, "M": 6, "m": 6, "B": 9, "b": 9, "T": 12}
"""Letters that may also be a unit, or a part of a name."""
_LETTER = re.compile(r"[kKMmBbT](?!\w)")
_POWER = re.compile(
    r"\s?[×x*·⋅]\s?10(?:\^([-+]?\d{1,3})|([⁺⁻]?[⁰¹²³⁴-⁹]{1,3}))|[eE]([-+]?\d{1,2})(?!\w)"
)
MOST_DIGITS = 60


@dataclass(frozen=True, slots=True)
class Scale:
    """The powers of ten that a number may be multiplied with, and where their words end.

    `is_certain` is false for a letter that may have another meaning.
    """

    powers: tuple[int, ...]
    end: int
    is_certain: bool = True


def find_scale(text: str, start: int) -> Scale | None:
    """Return the scale of the number that ends at `start`, if a scale follows."""
    if power := _POWER.match(text, start):
        [exponent] = filter(None, power.groups())
        return Scale((int(unicodedata.normalize("NFKC", exponent).replace("−", "-")),), power.end())
    powers: tuple[int, ...] = (0,)
    end = start
    while word := _words().match(text, end):
        powers = tuple(power + more for power in powers for more in _powers()[_key(word[1])])
        end = word.end(1)
    if end > start:
        return Scale(powers, end)
    if letter := _LETTER.match(text, start):
        return Scale((_LETTERS[letter[0]],), letter.end(), is_certain=False)
    return None


def multiply(value: str, power: int) -> str:
    """Return a value times a power of ten, without trailing zeros behind the point."""
    if len(value) + abs(power) > MOST_DIGITS:
        return f"{value}e{power}"
    number = f"{Decimal(value).scaleb(power):f}"
    return number.rstrip("0").rstrip(".") if "." in number else number


@cache
def _powers() -> Mapping[str, tuple[int, ...]]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lines = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    powers: dict[str, tuple[int, ...]] = defaultdict(tuple)
    for power, words in lines.items():
        for word in words.split():
            powers[_key(word)] += (power,)
    return powers


@cache
def _words() -> re.Pattern[str]:
    """Return a pattern for a scale; in scripts with spaces it is a whole word."""
    longest_first = sorted(_powers(), key=len, reverse=True)
    unspaced = re.compile(f"[{UNSPACED}{HANGUL}]")
    tight = [word for word in longest_first if unspaced.match(word)]
    loose = [word for word in longest_first if not unspaced.match(word)]
    return re.compile(
        rf"[\s\u00a0]?({'|'.join(tight)}|(?:{'|'.join(map(re.escape, loose))})(?!\w))",
        re.IGNORECASE,
    )


def _key(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()
