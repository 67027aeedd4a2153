"""Numbers, codes and names of code: the whole as it is written, and its parts.

`AB-1234/5`, `ISO 9001:2015`, `get_user_by_id`, `v2.3.1`, `1,234.50`, `12⁵` and `C++` are each a
word, so that a search for one finds exactly that one; and each of their parts is a word too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quoth.text.numbers import find_numbers

_SEPARATOR = re.compile(r"[-_.:/@#&+'\\^,]+")
_PIECE = re.compile(r"\d+|\D+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_AMOUNT = re.compile(r"\d[\d.,']*")
_RAISED_UNIT = re.compile(r"[^\W\d_]+\^\d")
_LONGEST_AMOUNT = 40
_DOTTED_LETTERS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_COMPOUND = re.compile(r"[^\d_.:/@#&+\\^]+")
"""Words joined by hyphens and apostrophes, which are no more than their parts."""
_MOST_PIECES = 4
"""A code with more changes between letters and digits has no parts with a meaning."""


def split_identifier(token: str) -> Iterator[str]:
    """Yield the words of a token with digits, signs or capitals inside, in its letter case.

    The whole comes first where it is more than its parts. An amount is also its values: `1,234.50`
    is `1234.5`, and `875.500` is `875500` and `875.5`.
    """
    token = token.replace('"', "")
    if _AMOUNT.fullmatch(token) and (values := _read_amount(token)):
        yield from (token, *values)
        return
    if _DOTTED_LETTERS.fullmatch(token):
        yield token.replace(".", "")
        return
    segments = split_segments(token)
    if len(segments) > 1 or token[-1] in "+#":
        if not _COMPOUND.fullmatch(token):
            yield token
        if _RAISED_UNIT.fullmatch(token):
            yield token.replace("^", "")
        if token[0] in "vV" and token[1].isdigit():
            yield token[1:]
    for segment in segments:
        yield segment
        yield from _split_segment(segment)


def split_segments(token: str) -> list[str]:
    """Return what stands between the signs of a token."""
    return [segment for segment in _SEPARATOR.split(token) if segment]


def _read_amount(token: str) -> list[str]:
    """Return the values of an amount; none for a date or for what is several numbers."""
    if len(token) > _LONGEST_AMOUNT:
        return []
    [number, *others] = find_numbers(token)
    values = [value for reading in number.readings for value in reading]
    return [] if others or any("/" in value for value in values) else values


def _split_segment(segment: str) -> Iterator[str]:
    pieces = [piece for part in _CAMEL.split(segment) for piece in _PIECE.findall(part)]
    if 1 < len(pieces) <= _MOST_PIECES:
        yield from pieces
