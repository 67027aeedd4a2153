"""Counts as lists, notes and pages show them: in digits, letters or Roman numerals."""

from __future__ import annotations

FORMS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}
"""The names of the forms of counts, by the sign for each in HTML and OpenDocument."""

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"))
_ROMAN_SMALL = ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def format_count(count: int, kind: str) -> str:
    """Return a count in a numbering format (`lowerRoman`), in digits if it is unknown."""
    if kind in ("lowerLetter", "upperLetter") and count > 0:
        text = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif kind in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        text = ""
        for value, sign in _ROMAN + _ROMAN_SMALL:
            text += sign * (count // value)
            count %= value
    else:
        return str(count)
    return text.upper() if kind.startswith("upper") else text
