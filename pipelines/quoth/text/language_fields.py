"""The types of fields in a language's sections, besides `str`, `int` and `float`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

STRICT = ConfigDict(extra="forbid")
"""Unknown keys are refused."""


def _split(text: object) -> object:
    return text.split() if isinstance(text, str) else text


WordSet = Annotated[frozenset[str], BeforeValidator(_split)]
"""Words, separated by white space in the file."""

Phrases = tuple[str, ...]
"""A list in the file; each item may have several words."""

Pattern = re.Pattern[str]
"""A regular expression in the file; `(?i)` at its start ignores case."""

NEVER: Pattern = re.compile(r"(?!)")
"""A pattern that matches nothing: the default where a language has no rule."""

_CAPITALS = "".join(c for c in map(chr, range(0x41, 0x530)) if c.isupper() and c not in "\\]^-")

NAMES: Pattern = re.compile(rf"(?<=\s)[{_CAPITALS}]\w+|\d[\d.,]*")
"""Names and numbers in a question, but not its first word: the default where case marks names."""

SUBJECTS: Pattern = re.compile(
    rf"(?<=[\w,;] )(?:[{_CAPITALS}][\w-]*|\d+)(?: (?:[{_CAPITALS}][\w-]*|\d+))*"
)
"""Names of several words and numbers in a question, but not its first word."""

YEARS: Pattern = re.compile(r"1\d{3}|20\d\d")
"""Years in digits."""
