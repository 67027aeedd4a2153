"""Superscripts and subscripts as characters of their own: `12⁵` is not 125."""

from __future__ import annotations

_RAISED = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_BETWEEN = frozenset(", ")


def raise_text(text: str) -> str:
    """Return a superscript as text.

    Digits and signs become superscripts; where other characters stand among digits, `^` goes before
    them. Letters alone stay as they are, as in `5th`.
    """
    return _shift(text, _RAISED, "^")


def lower_text(text: str) -> str:
    """Return a subscript as text, in the same way with `_`."""
    return _shift(text, _LOWERED, "_")


def _shift(text: str, table: dict[int, int], sign: str) -> str:
    if not any(map(str.isdigit, text)):
        return text.translate(table) if text.strip() in ("+", "-", "−") else text
    if all(ord(character) in table or character in _BETWEEN for character in text):
        return text.translate(table)
    bare = text.strip()
    return text.replace(bare, f"{sign}{bare}" if bare.isalnum() else f"{sign}({bare})")
