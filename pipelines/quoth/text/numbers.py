"""The numbers of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(?<![\w.])\d[\d,. ]*\d|\d")


_PLAIN_NUMBER = re.compile(r"[^\d.]")


def unsupported_numbers(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers in `text` that stand in none of the sources, in order."""
    held = {number for source in sources for number in numbers(source)}
    return tuple(dict.fromkeys(number for number in numbers(text) if number not in held))


def numbers(text: str) -> list[str]:
    """Return the numbers in a text, without separators of thousands."""
    plain = (_PLAIN_NUMBER.sub("", match.group()).strip(".") for match in _NUMBER.finditer(text))
    return [number for number in plain if number]
