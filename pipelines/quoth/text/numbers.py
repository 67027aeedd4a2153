"""The numbers of a text, however a country or a language writes them.

`1,234` is more than a thousand in one country and little more than one in another. So a number has
readings, and is supported when a source has a number with a reading in common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quoth.text.number_digits import SPACE, find_decimal_mark, read_digits
from quoth.text.number_scales import MOST_DIGITS, Scale, find_scale, multiply
from quoth.text.numerals import NUMERALS, read_numeral

_NUMBER = re.compile(
    rf"(?<!\d)\d{{1,3}}(?:[{SPACE}]\d{{3}})+(?!\d)(?:[.,٫]\d+)?"
    r"|(?<![\w.])[.٫]\d+"
    r"|\d+(?:[.,٫٬'’:/⁄]\d+)*"
    f"|[{NUMERALS}]+"
)
_SMALLER = re.compile(r" ?([0-9]+)(?![.,]?\d)")
_FRACTION = re.compile(r"[¼-¾⅐-⅞]")
_RAISED = re.compile(r"\^(-?\d+)|([⁺⁻]?[⁰¹²³⁴-⁹]+)")
_NEGATIVE = re.compile(r"(?:^|[^\w.)\]%])[-−–]$")
_SCALED_ELSEWHERE = "×"
"""Marks the value of a number whose scale may stand elsewhere, as in a table of millions."""

Readings = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written at the offset `start`, and its readings.

    A reading is one value, or several if groups of digits may be separate numbers (`1 200`). A
    value has no grouping, a decimal point and a sign (`-1234.5`); the values of a date or a time
    are joined by a slash (`12/30`). `parts` are values that a text with this number has, too: 1.5
    for 1.5 million, 12 for 12⁵, 3 for -3.
    """

    start: int
    text: str
    readings: Readings
    parts: tuple[str, ...] = ()

    def is_among(self, values: frozenset[str]) -> bool:
        """Whether all values of one of the readings are among `values`."""
        return any(values.issuperset(reading) for reading in self.readings)


def find_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text in order."""
    decimal_mark = find_decimal_mark(text)
    position = 0
    while match := _NUMBER.search(text, position):
        position = match.end()
        if match[0][0] not in NUMERALS:
            number = _read(text, match, decimal_mark)
            position = number.start + len(number.text)
            yield number
        elif len(match[0]) > 1 and (value := read_numeral(match[0])):
            yield Number(match.start(), match[0], ((value,),))


def read_number_values(texts: Iterable[str]) -> frozenset[str]:
    """Return every value of every number in the texts; `12:30` also has `12` and `30`."""
    joined: set[str] = set()
    for text in texts:
        for number in find_numbers(text):
            said = {value for reading in number.readings for value in reading}
            joined |= {value for value in said if value[0] != _SCALED_ELSEWHERE}
            joined.update(number.parts)
        joined |= {str(value) for sign in set(text) & _SINGLE if (value := read_numeral(sign))}
    return frozenset(part for value in joined for part in (value, *value.split("/")))


def find_unsupported_numbers(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers of a text that no source has, as written, in order."""
    values = read_number_values(sources)
    missing = (number.text for number in find_numbers(text) if not number.is_among(values))
    return tuple(dict.fromkeys(missing))


_SINGLE = frozenset(NUMERALS)


def _read(text: str, match: re.Match[str], decimal_mark: str) -> Number:
    """Return the number in digits at a match, with what follows and precedes it."""
    start, end = match.span()
    readings = read_digits(match[0], decimal_mark)
    plain = tuple(value for reading in readings for value in reading)
    if fraction := _FRACTION.match(text, end):
        readings = tuple((_add_fraction(values[-1], fraction[0]),) for values in readings)
        return _signed(text, Number(start, text[start : fraction.end()], readings, plain))
    if raised := _RAISED.match(text, end):
        return Number(start, text[start : raised.end()], *_raise(readings, plain, raised))
    scale = find_scale(text, end)
    scaled = _scale(readings, scale) if scale else ()
    if scale is None or not scaled:
        bare = tuple(_SCALED_ELSEWHERE + value for value in plain)
        return _signed(text, Number(start, match[0], readings, bare))
    if not scale.is_certain:
        return _signed(text, Number(start, match[0], (*scaled, *readings), plain))
    scaled, end = _add_smaller(text, scaled, scale)
    elsewhere = tuple((_SCALED_ELSEWHERE + value,) for value in plain)
    return _signed(text, Number(start, text[start:end], (*scaled, *elsewhere), plain))


def _scale(readings: Readings, scale: Scale) -> Readings:
    return tuple(
        (*values[:-1], multiply(values[-1], power))
        for values in readings
        if "/" not in values[-1]
        for power in scale.powers
    )


def _add_smaller(text: str, scaled: Readings, scale: Scale) -> tuple[Readings, int]:
    """Return the readings of a number with smaller parts after it, and its end: 12億3000万."""
    end, most = scale.end, scale.powers[0]
    while most and (match := _SMALLER.match(text, end)) and len(match[1]) <= most:
        smaller = find_scale(text, match.end())
        power = smaller.powers[0] if smaller and smaller.is_certain else 0
        if power >= most or (not power and match[0] != match[1]):
            break
        more = int(multiply(match[1], power))
        scaled = tuple((*values[:-1], _add(values[-1], more)) for values in scaled)
        end, most = smaller.end if smaller and power else match.end(), power
    return scaled, end


def _add(value: str, more: int) -> str:
    small = value.isdigit() and len(value) <= MOST_DIGITS
    return str(int(value) + more) if small else value


def _add_fraction(value: str, sign: str) -> str:
    """Return a value with a fraction such as `½` added; a date or a time has none."""
    if "/" in value or len(value) > MOST_DIGITS:
        return value
    fraction = Decimal(unicodedata.numeric(sign)).quantize(Decimal("0.0001"))
    return format(Decimal(value) + fraction, "f").rstrip("0").rstrip(".")


def _raise(
    readings: Readings, plain: tuple[str, ...], raised: re.Match[str]
) -> tuple[Readings, tuple[str, ...]]:
    """Return the readings and parts of a number with a raised one: a power, or one with a note."""
    written = unicodedata.normalize("NFKC", raised[1] or raised[2]).replace("−", "-")
    power = int(written) if len(written) < 4 else 0
    raised_values = tuple(f"{value}^{power}" for value in plain)
    if plain == ("10",):
        return ((multiply("1", power),),), (*plain, *raised_values)
    return (*((value,) for value in raised_values), *readings), plain


def _signed(text: str, number: Number) -> Number:
    """Return a number with its sign: a minus before it, or the brackets of a balance sheet."""
    start, end = number.start, number.start + len(number.text)
    negative: Sequence[tuple[str, ...]] = [
        (f"-{values[0]}",) for values in number.readings if len(values) == 1
    ]
    parts = tuple(value for values in number.readings for value in values)
    if _NEGATIVE.search(text, max(0, start - 2), start):
        return Number(start, number.text, tuple(negative), (*number.parts, *parts))
    if text[start - 1 : start] == "(" and text[end : end + 1] == ")":
        return Number(start, number.text, (*number.readings, *negative), number.parts)
    return number
