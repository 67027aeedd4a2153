"""The parts of sentences, and what a number of a sentence measures."""

from __future__ import annotations

import re

from quoth.text import ClaimRules, Language, Number

_ROW_LENGTH = 32
"""The most characters of a line that is taken for a row, not for a line of a paragraph."""
_ROW = re.compile(
    rf"(?m)^([^\n]{{1,{_ROW_LENGTH}}}|[^\n]*\|[^\n]*)\n|\n(?=\s*(?:[-*•·]|\d+[.)])\s)"
)
_BORDER = "\x1e"
"""Stands for a line break between two rows."""


def part_around(text: str, number: Number, rules: ClaimRules) -> str:
    """Return the part of a sentence, or the row, that a number is in, without the number."""
    end = number.start + len(number.text)
    rows = _ROW.sub(lambda row: row[0][:-1] + _BORDER, text)
    before = rows[: number.start].rpartition(_BORDER)[2]
    after = rows[end:].partition(_BORDER)[0]
    if "|" not in before + after:
        before = re.split(rules.joints, re.split(r"[.!?。]\s", before)[-1])[-1]
        after = re.split(rules.joints, re.split(r"[.!?。](?:\s|$)", after)[0])[0]
    return f"{before} {after}"


def find_dimensions(text: str, rules: ClaimRules) -> frozenset[int]:
    """Return what is measured in a text, as indexes of `rules.dimensions`."""
    return frozenset(
        index for index, pattern in enumerate(rules.dimensions) if pattern.search(text)
    )


def is_equal(first: Number, second: Number) -> bool:
    """Return whether two numbers have a reading in common."""
    return not set(first.readings).isdisjoint(second.readings)


def split_at_joints(text: str, language: Language) -> list[str]:
    """Return the parts of sentences between their joints and full stops."""
    return [
        part
        for sentence in re.split(r"(?<=[.!?。！？])\s*", text)
        for part in re.split(language.claims.joints, sentence)
        if part.strip()
    ]
