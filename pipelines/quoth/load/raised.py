"""Superscripts and subscripts as text that does not join the number or word before them."""

from __future__ import annotations

import re

_UP = str.maketrans("0123456789+-\u2212\u2013=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans("0123456789+-\u2212\u2013=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_NUMBER = re.compile(r"[+\-\u2212\u2013]?\d+|[+\-\u2212\u2013]|\d*n")
_ENDINGS = frozenset("st nd rd th e er re ère ème eme nd nde o os a as º ª do da TM SM R c".split())
_MARKS = re.compile(r"[*†‡§¶™®℠'′″°]+")


def raise_text(text: str, before: str, *, is_note: bool = False) -> str:
    """Return a superscript for the place after `before`: `m²`, `10⁻⁶`, `1st`, `x^(a+b)`, `[7]`.

    `is_note` says that it leads to a note.
    """
    if not text or _MARKS.fullmatch(text) or text[:1] in "[(":
        return text
    if is_note:
        return f"[{text}]"
    if _NUMBER.fullmatch(text) and (before.isalnum() or (before and before in ")]}|")):
        return text.translate(_UP)
    if text in _ENDINGS or (text.isalpha() and len(text) > 1 and not before.isdecimal()):
        return text
    if not before:
        return text
    return f"^{text}" if text.isalnum() else f"^({text})"


def lower_text(text: str, before: str) -> str:
    """Return a subscript for the place after `before`: `H2O`, `101₂`, `x_max`."""
    if _NUMBER.fullmatch(text):
        return text.translate(_DOWN) if before.isdecimal() else text
    return f"_{text}" if before.isalnum() and text[:1].isalnum() else text
