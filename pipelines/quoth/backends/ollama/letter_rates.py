"""How many tokens a text makes for an embedder that shows no tokenizer, by the letters of a script.

The server reports how many tokens it reads. It reads a sample of each script once, so that the
tokens of a text follow from its letters alone: every process cuts the same chunks.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path

import yaml

_MARGIN = 1.15
_LEAST_RATE = 0.02
_SIGNS = "PSN"
"""The first letters of the categories of signs and digits."""
_FIRST_PLANE = 0xFFFF
_LATIN = "LATIN"


class LetterRates:
    """The tokens of a letter in each script, for one model. Safe to use from many threads.

    `read` returns the number of tokens that the server reads of a text, 0 where it reports none.
    """

    def __init__(self, read: Callable[[str], int]) -> None:
        self._read = read
        self._rates: dict[str, float] = {}

    def count(self, text: str) -> int:
        """Return the number of tokens in a text, rather more than fewer."""
        return max(1, math.floor(sum(self._tokens_of(text)))) if text.strip() else 0

    def starts(self, text: str) -> list[int]:
        """Return the offset of each token, ascending.

        A part of the text has at least as many of them as `count` says of it.
        """
        starts: list[int] = []
        for offset, total in enumerate(accumulate(self._tokens_of(text))):
            starts += [offset] * (math.ceil(total) - len(starts))
        return starts

    def _tokens_of(self, text: str) -> Iterator[float]:
        """Yield the tokens of each character, as a rule a part of one."""
        return (0.0 if character.isspace() else self._rate(character) for character in text)

    def _rate(self, character: str) -> float:
        script = _script_of(character)
        most = float(len(character.encode("utf-8", "replace")))
        if script not in samples():
            return most
        if script not in self._rates:
            self._rates[script] = self._measure(script)
        return min(most, _MARGIN * self._rates[script])

    def _measure(self, script: str) -> float:
        """Return the tokens of a letter in the sample of a script."""
        sample = samples()[script]
        scripts = [(character, _script_of(character)) for character in "".join(sample.split())]
        others = [character for character, own in scripts if own != script]
        tokens = self._read(sample)
        if not tokens:
            return math.inf  # every byte may be a token
        tokens_of_others = sum(self._rate(character) / _MARGIN for character in others)
        return max(_LEAST_RATE, (tokens - tokens_of_others) / (len(scripts) - len(others)))


@cache
def samples() -> Mapping[str, str]:
    """Return the sample of each script."""
    text = Path(__file__).with_name("samples.yaml").read_text("utf-8")
    loaded: dict[str, str] = yaml.safe_load(text)
    return loaded


@cache
def _script_of(character: str) -> str:
    """Return the first word of a letter's name; digits, signs and accented letters are apart."""
    kind = unicodedata.category(character)[0]
    if character.isascii() or (kind in _SIGNS and ord(character) <= _FIRST_PLANE):
        return _LATIN if kind == "L" else "DIGITS" if kind == "N" else "SIGNS"
    script = unicodedata.name(character, "").partition(" ")[0]
    return "ACCENTED" if script == _LATIN else script
