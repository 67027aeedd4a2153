"""Numbers in Chinese characters: 三万, 一百二十, 二〇一五."""

from __future__ import annotations

import re

NUMERALS = "〇零一二三四五六七八九两兩壹贰叁肆伍陆柒捌玖十拾百佰千仟万萬亿億兆"
_DIGITS = {
    digit: value
    for digits in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖")
    for value, digit in enumerate(digits)
} | {"两": 2, "兩": 2}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_COUNT = re.compile(  # not 十分 ("very") or 万一 ("in case"), where no digit says how many
    f"[{''.join(_DIGITS)}]+[十拾百佰千仟万萬亿億兆][{NUMERALS}]*|[十拾][{''.join(_DIGITS)}]"
)
_LONGEST = 30


def read_numeral(written: str) -> str | None:
    """Return the value of a number in Chinese characters; none where it may be another word."""
    if len(written) > _LONGEST:
        return None
    if all(sign in _DIGITS for sign in written):  # a year, or a single digit
        return "".join(str(_DIGITS[sign]) for sign in written).lstrip("0") or "0"
    return str(_add_up(written)) if _COUNT.fullmatch(written) else None


def _add_up(written: str) -> int:
    total = section = digit = 0
    for sign in written:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _SMALL_UNITS:
            section += (digit or 1) * _SMALL_UNITS[sign]
            digit = 0
        else:
            total += (section + digit) * _LARGE_UNITS[sign]
            section = digit = 0
    return total + section + digit
