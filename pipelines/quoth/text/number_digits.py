"""The values of digits, with the grouping and decimal marks of any country."""

from __future__ import annotations

import re
import unicodedata

SPACE = " \u00a0\u2009\u202f"
_MARKS = str.maketrans({"٫": ".", "٬": "'", "’": "'", "⁄": "/", ":": "/"})
_DECIMAL = re.compile(r"(\d*)[.,](\d+)")
_GROUPED = re.compile(  # by thousands, or as in India
    r"([1-9]\d{0,2}(?:(?P<mark>[.,'])\d{3})(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,](\d+))?"
    r"|([1-9]\d?(?:,\d\d)+,\d{3})(?:\.(\d+))?"
)
_HABITS = {
    # What only a text has that writes decimals with this mark.
    ",": re.compile(r"\d\.\d{3},\d|(?<![\d.,])\d+,(?:\d\d?|\d{4,})(?![\d.,])|\d\.\d{3}\.\d{3}"),
    ".": re.compile(r"\d,\d{3}\.\d|(?<![\d.,])\d+\.(?:\d\d?|\d{4,})(?![\d.,])|\d,\d{3},\d{3}"),
}


def find_decimal_mark(text: str) -> str:
    """Return the decimal mark that a text is in the habit of; empty when it shows none, or both."""
    marks = [mark for mark, habit in _HABITS.items() if habit.search(text)]
    return marks[0] if len(marks) == 1 else ""


def read_digits(written: str, decimal_mark: str = "") -> tuple[tuple[str, ...], ...]:
    """Return the readings of a number in digits; see `numbers.Number`."""
    plain = _in_ascii(written)
    spaced = re.split(f"[{SPACE}]", plain)
    values = _values("'".join(spaced), decimal_mark)
    readings: list[tuple[str, ...]] = [(value,) for value in values]
    if len(spaced) > 1 and (" " in plain or not values):  # other spaces do not separate numbers
        readings.append(tuple(map(_joined, spaced)))
    elif not values:
        listed = plain.split(",")
        readings.append(tuple(map(_joined, listed)) if len(listed) > 2 else (_joined(plain),))
    return tuple(readings)


def _values(plain: str, decimal_mark: str = "") -> list[str]:
    """Return the values of a number: none for a date, two when a mark is ambiguous."""
    if plain.isdigit():
        return [_value(plain)]
    values = []
    decimal = _DECIMAL.fullmatch(plain)
    grouped = _GROUPED.fullmatch(plain)
    if decimal and not (grouped and decimal_mark and decimal_mark not in plain):
        values.append(_value(*decimal.groups()))
    if grouped and not (decimal and decimal_mark and decimal_mark in plain):
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
