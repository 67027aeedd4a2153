"""Numbers as a spreadsheet shows them: `7.5%`, `$56,701.03`, `01067`, `30:15`.

Format codes are those of ISO/IEC 29500-1, 18.8.31. The decimal mark is a full stop and thousands
are divided by commas, as in the codes; the file does not say what its reader's system shows.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "$#,##0;-$#,##0",
    6: "$#,##0;-$#,##0",
    7: "$#,##0.00;-$#,##0.00",
    8: "$#,##0.00;-$#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    22: "yyyy-mm-dd hh:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: "#,##0;-#,##0",
    42: "$#,##0;-$#,##0",
    43: "#,##0.00;-#,##0.00",
    44: "$#,##0.00;-$#,##0.00",
    46: "[h]:mm:ss",
    48: "##0.0E+0",
}
"""The codes of numbers and durations that a file names by number only."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<exponent>[Ee][+-]0+)'
    r"|(?P<fraction>[0#?]+/[0-9#?]+)|(?P<digit>[0#?])|(?P<other>.)",
    re.S,
)
_DATE_TOKEN = re.compile(r'y+|m+|d+|"[^"]*"|\\.|[_*].|\[[^\]]*\]|.', re.I | re.S)
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DATE = re.compile(r"[dmyhs]", re.I)
_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]', re.S)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_MOST_DIGITS = 15  # of a number in a spreadsheet
_DAY_SECONDS = 86_400
_LARGEST_USUAL = 1e9  # below it, six decimals are within 15 digits


@dataclass(slots=True)
class _Pattern:
    """A section of a code: what stands before, among and after the digits."""

    tokens: list[tuple[str, str]]
    integer: str = ""
    decimals: str = ""
    percents: int = 0
    thousands: bool = False
    scale: int = 0
    exponent: str = ""
    fraction: str = ""

    @property
    def is_usual(self) -> bool:
        """Whether the digits stand together, and all of them are always shown."""
        kinds = "".join(kind[0] for kind, _ in self.tokens if kind != "text")
        among = [kind for kind, _ in self.tokens]
        first, last = among.index("digit"), len(among) - among[::-1].index("digit")
        return (
            set(kinds) <= {"d", "p"}
            and "text" not in among[first:last]
            and self.integer.lstrip("#") == "0"
            and not self.decimals.strip("0")
        )


def is_date(code: str) -> bool:
    """Whether a code shows a date or a time of day."""
    return bool(_DATE.search(_LITERAL.sub("", code.replace("General", "")))) and not is_duration(
        code
    )


def is_duration(code: str) -> bool:
    """Whether a code shows hours, minutes or seconds in all."""
    return bool(_ELAPSED.search(code))


def format_general(value: float) -> str:
    """Return a number without a format, with the 15 digits that a spreadsheet keeps."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.{_MOST_DIGITS}g}"


def format_number(value: float, code: str) -> str:
    """Return a number as its format code shows it; not for codes of dates."""
    if "[" in code and is_duration(code):
        return _format_duration(value, code)
    section, signed = _section(value, _split_sections(code))
    if "eneral" in section or "GENERAL" in section:
        return re.sub("general", format_general(abs(value)), _unquoted(section), flags=re.I)
    if "@" in section:  # a section for texts: a number is shown in it as it is
        return _unquoted(section).replace("@", format_general(value))
    try:
        text = _show(abs(value), section)
    except InvalidOperation:  # more digits than a spreadsheet has
        return format_general(value)
    return f"-{text}" if value < 0 and signed and any(c in "123456789" for c in text) else text


def _show(value: float, section: str) -> str:
    usual = _usual(section)
    if usual and value < _LARGEST_USUAL:
        return usual.show(value)
    return _fill(value, _parse(section))


@dataclass(frozen=True, slots=True)
class _Usual:
    """The section of nearly all codes: `#,##0.00` with text around it. It is shown at once."""

    before: str
    after: str
    factor: float
    decimals: int
    thousands: bool

    def show(self, value: float) -> str:
        # Half of the last digit goes up, as in a spreadsheet, which counts 15 decimal digits.
        units = int(value * self.factor * (1 + 4e-16) + 0.5)
        whole, part = divmod(units, 10**self.decimals)
        digits = f"{whole:,}" if self.thousands else str(whole)
        if self.decimals:
            digits += f".{part:0{self.decimals}d}"
        return f"{self.before}{digits}{self.after}".strip()


@cache
def _usual(section: str) -> _Usual | None:
    pattern = _parse(section)
    if not pattern.integer or not pattern.is_usual or len(pattern.decimals) > 6:
        return None
    texts = [text if kind == "text" else "\0" for kind, text in pattern.tokens]
    around = "".join(texts)
    factor = 10.0 ** (len(pattern.decimals) + 2 * pattern.percents - 3 * pattern.scale)
    before, after = around[: around.index("\0")], around[around.rindex("\0") + 1 :]
    return _Usual(before, after, factor, len(pattern.decimals), pattern.thousands)


@cache
def _split_sections(code: str) -> tuple[str, ...]:
    """Split a code at the semicolons outside quotes."""
    parts = [""]
    for match in re.finditer(r'"[^"]*"|\\.|[^;]|;', code, re.S):
        if match.group() == ";":
            parts.append("")
        else:
            parts[-1] += match.group()
    return tuple(parts)


def _section(value: float, sections: tuple[str, ...]) -> tuple[str, bool]:
    """Return the section for a value, and whether a minus sign belongs before it."""
    if len(sections) == 1:
        return sections[0], True
    conditions = [_condition(section) for section in sections[:2]]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=False):
            if condition is None or _holds(value, condition[1], float(condition[2])):
                return section, True
        return sections[-1], True
    if value < 0:  # where only a colour tells it from a positive number, it keeps its sign
        same = _unquoted(sections[0]).strip() == _unquoted(sections[1]).strip()
        return sections[1] or sections[0], same or not sections[1]
    return (sections[2] if value == 0 and len(sections) > 2 else sections[0]), False


@cache
def _condition(section: str) -> re.Match[str] | None:
    return next(filter(None, map(_CONDITION.match, re.findall(r"\[([^\]]*)\]", section))), None)


def _holds(value: float, sign: str, limit: float) -> bool:
    return {
        "<": value < limit,
        ">": value > limit,
        "<=": value <= limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def _unquoted(section: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)|[_*].|\[[^\]]*\]', r"\1\2", section, flags=re.S)


@cache
def _parse(section: str) -> _Pattern:
    pattern = _Pattern([])
    in_decimals = False
    commas = 0
    for match in _TOKEN.finditer(section):
        kind, text = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind == "digit":
            if in_decimals:
                pattern.decimals += text
            else:
                pattern.thousands = pattern.thousands or (commas > 0 and bool(pattern.integer))
                commas = 0
                pattern.integer += text
            pattern.tokens.append(("digit", text))
        elif kind == "exponent":
            pattern.exponent = text
            pattern.tokens.append(("exponent", text))
        elif kind == "fraction":
            pattern.fraction = text
            pattern.tokens.append(("fraction", text))
        elif kind == "bracket":
            if text.startswith("$"):
                pattern.tokens.append(("text", text[1:].partition("-")[0]))
        elif kind == "other" and text == ".":
            in_decimals = True
            pattern.tokens.append(("point", "."))
        elif kind == "other" and text == ",":
            commas += 1
        elif kind == "other" and text == "%":
            pattern.percents += 1
            pattern.tokens.append(("text", "%"))
        elif kind:
            pattern.tokens.append(("text", text))
    pattern.scale = commas if pattern.integer else 0
    return pattern


def _fill(value: float, pattern: _Pattern) -> str:
    """Return a number in the places of a pattern."""
    amount = Decimal(f"{value:.{_MOST_DIGITS}g}")
    if pattern.percents or pattern.scale:
        amount = amount.scaleb(2 * pattern.percents - 3 * pattern.scale)
    exponent = ""
    if pattern.exponent:
        amount, exponent = _split_exponent(amount, pattern)
    if pattern.fraction:
        return _fill_fraction(amount, pattern)
    rounded = amount.quantize(_unit(len(pattern.decimals)), ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:f}".partition(".")
    whole = "" if whole == "0" and "0" not in pattern.integer else whole
    whole = whole.zfill(pattern.integer.count("0"))
    optional = len(pattern.decimals) - len(pattern.decimals.rstrip("#?"))
    kept = len(decimals) - optional
    decimals = decimals[:kept] + decimals[kept:].rstrip("0")
    if pattern.thousands:
        whole = _group(whole)
    return _place(whole, decimals, exponent, pattern)


@cache
def _unit(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def _split_exponent(amount: Decimal, pattern: _Pattern) -> tuple[Decimal, str]:
    power = amount.adjusted() if amount else 0
    step = len(pattern.integer)
    power -= power % step if step > 1 else 0
    scaled = amount.scaleb(-power)
    if scaled.quantize(Decimal(1).scaleb(-len(pattern.decimals)), ROUND_HALF_UP) >= 10**step:
        power, scaled = power + step, scaled.scaleb(-step)
    sign = "-" if power < 0 else "+" if "+" in pattern.exponent else ""
    return scaled, f"E{sign}{abs(power):0{len(pattern.exponent) - 2}d}"


def _fill_fraction(amount: Decimal, pattern: _Pattern) -> str:
    below = pattern.fraction.partition("/")[2]
    whole = int(amount) if pattern.integer else 0
    rest = Fraction(amount) - whole
    if below.isdigit() and int(below):
        part = f"{round(rest * int(below))}/{below}" if rest else ""
    else:
        near = rest.limit_denominator(10 ** len(below) - 1)
        whole, near = (whole + 1, Fraction(0)) if near == 1 and pattern.integer else (whole, near)
        part = f"{near.numerator}/{near.denominator}" if near else ""
    return " ".join(filter(None, (str(whole) if whole or not part else "", part)))


def _group(digits: str) -> str:
    head = len(digits) % 3
    parts = [digits[:head]] if head else []
    return ",".join(parts + [digits[i : i + 3] for i in range(head, len(digits), 3)])


def _place(whole: str, decimals: str, exponent: str, pattern: _Pattern) -> str:
    """Return the tokens of a pattern with digits in their places; text may stand among them."""
    places = len(pattern.integer)
    grouped = "," in whole or places <= 1
    parts: list[str] = []
    seen, in_decimals, written = 0, False, False
    for kind, text in pattern.tokens:
        if kind == "text":
            parts.append(text)
        elif kind == "point":
            in_decimals = True
            parts.append(f".{decimals}" if decimals else "")
        elif kind == "exponent":
            parts.append(exponent)
        elif kind == "digit" and not in_decimals:
            if grouped:
                parts.append("" if written else whole)
            else:
                begin = 0 if not seen else max(0, len(whole) - places + seen)
                parts.append(whole[begin : max(0, len(whole) - places + seen + 1)])
            seen, written = seen + 1, True
    return "".join(parts).strip()


def _format_duration(value: float, code: str) -> str:
    """Return a duration, given in days, as hours, minutes and seconds in all."""
    seconds = Decimal(f"{value:.{_MOST_DIGITS}g}") * _DAY_SECONDS
    total = int(abs(seconds).quantize(Decimal(1), ROUND_HALF_UP))
    unit = _ELAPSED.search(code)
    first = unit[1][0].lower() if unit else "h"
    shown = [total // 3600, total // 60 % 60, total % 60]
    if first == "m":
        shown = [total // 60, total % 60]
    elif first == "s":
        shown = [total]
    elif "s" not in code.lower():
        shown = shown[: 2 if "m" in code.lower() else 1]
    text = ":".join([str(shown[0]), *(f"{part:02d}" for part in shown[1:])])
    return f"-{text}" if value < 0 and total else text


def is_partial_date(code: str) -> bool:
    """Whether a code shows a date without its day, its month or its year, and no time."""
    letters = set(_LITERAL.sub("", code).lower()) & set("dmyhs")
    return bool(letters) and not letters & set("hs") and letters != set("dmy")


def format_partial_date(day: datetime.date, code: str) -> str:
    """Return the parts of a date that its format code shows, as `May 2026`."""
    section = _split_sections(code)[0]
    shown = (_date_part(day, match) for match in _DATE_TOKEN.finditer(section))
    return "".join(shown).strip()


def _date_part(day: datetime.date, match: re.Match[str]) -> str:
    token = match.group()
    letters = token.lower()
    if letters[0] == "y":
        return f"{day.year:04d}" if len(token) > 2 else f"{day.year % 100:02d}"
    if letters[0] == "m":
        return _name_or_number(_MONTHS[day.month - 1], day.month, len(token))
    if letters[0] == "d":
        return _name_or_number(_DAYS[day.weekday()], day.day, len(token))
    return _unquoted(token)


def _name_or_number(name: str, number: int, letters: int) -> str:
    return {1: str(number), 2: f"{number:02d}", 3: name[:3], 5: name[:1]}.get(letters, name)
