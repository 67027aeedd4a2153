"""The numbers of a text, with the digit grouping and decimal marks of any country.

`1,234` is more than a thousand in one country and little more than one in another. So a number has
readings, and is supported when a source has a number with a reading in common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SPACE = " \u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"(?<!\d)\d{{1,3}}(?:[{_SPACE}]\d{{3}})+(?!\d)(?:[.,٫]\d+)?"
    r"|(?<![\w.])[.٫]\d+"
    r"|\d+(?:[.,٫٬'’:/⁄]\d+)*"
)
_MARKS = str.maketrans({"٫": ".", "٬": "'", "’": "'", "⁄": "/", ":": "/"})
_DECIMAL = re.compile(r"(\d*)[.,](\d+)")
_GROUPED = re.compile(  # by thousands, or as in India
    r"([1-9]\d{0,2}(?:(?P<mark>[.,'])\d{3})(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,](\d+))?"
    r"|([1-9]\d?(?:,\d\d)+,\d{3})(?:\.(\d+))?"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written at the offset `start`, and its readings.

    A reading is one value, or several if groups of digits may be separate numbers (`1 200`). A
    value has no grouping and a decimal point (`1234.5`); the values of a date or a time are joined
    by a slash (`12/30`).
    """

    start: int
    text: str
    readings: tuple[tuple[str, ...], ...]

    def is_among(self, values: frozenset[str]) -> bool:
        """Whether all values of one of the readings are among `values`."""
        return any(values.issuperset(reading) for reading in self.readings)


def find_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text in order."""
    for match in _NUMBER.finditer(text):
        yield Number(match.start(), match.group(), _readings(match.group()))


def read_number_values(texts: Iterable[str]) -> frozenset[str]:
    """Return every value of every number in the texts; `12:30` also has `12` and `30`."""
    joined = {
        value
        for text in texts
        for number in find_numbers(text)
        for reading in number.readings
        for value in reading
    }
    return frozenset(part for value in joined for part in (value, *value.split("/")))


def find_unsupported_numbers(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers of a text that no source has, as written, in order."""
    values = read_number_values(sources)
    missing = (number.text for number in find_numbers(text) if not number.is_among(values))
    return tuple(dict.fromkeys(missing))


def _readings(written: str) -> tuple[tuple[str, ...], ...]:
    """Return the readings of a number."""
    plain = _in_ascii(written)
    spaced = re.split(f"[{_SPACE}]", plain)
    values = _values("'".join(spaced))
    readings: list[tuple[str, ...]] = [(value,) for value in values]
    if len(spaced) > 1 and (" " in plain or not values):  # other spaces do not separate numbers
        readings.append(tuple(map(_joined, spaced)))
    elif not values:
        listed = plain.split(",")
        readings.append(tuple(map(_joined, listed)) if len(listed) > 2 else (_joined(plain),))
    return tuple(readings)


def _values(plain: str) -> list[str]:
    """Return the values of a number: none for a date, two when a mark is ambiguous."""
    if plain.isdigit():
        return [_value(plain)]
    values = []
    if decimal := _DECIMAL.fullmatch(plain):
        values.append(_value(*decimal.groups()))
    if grouped := _GROUPED.fullmatch(plain):
        western, _, fraction, indian, indian_fraction = grouped.groups()
        digits = re.sub(r"\D", "", western or indian)
        values.append(_value(digits, fraction or indian_fraction or ""))
    return values


def _joined(plain: str) -> str:
    """Return the value of a number, or the values of a date, time or section, joined."""
    if values := _values(plain):
        return values[0]
    parts = re.split(r"[:/]" if re.search(r"[:/]", plain) else r"\D", plain)
    return "/".join(map(_joined, parts))


def _value(integer: str, fraction: str = "") -> str:
    integer, fraction = integer.lstrip("0") or "0", fraction.rstrip("0")
    return f"{integer}.{fraction}" if fraction else integer


def _in_ascii(written: str) -> str:
    if not written.isascii():
        written = "".join(str(unicodedata.digit(c, c)) for c in written)
    return written.translate(_MARKS)
