"""Sections that a question names by their number: `4.2`, `section 4.2`, `第4.2条`.

The headings above a chunk are among its words, so that the chunks of 4.2.1 hold `4.2`, too. Section
4.2 itself is where the number opens the last heading above the chunk, or a line in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from quoth.text import Term
from quoth.types import Chunk, Vectors

_NUMBER = re.compile(r"(?<![A-Za-z\d.,$€£¥])\d{1,3}(?:\.\d{1,3})+(?![A-Za-z\d]|[.,]\d|\s?[%‰])")
"""A number with points, but no amount of money, percentage or part of a longer number."""


def find_section_numbers(text: str) -> list[str]:
    """Return the numbers in a question that may be those of sections, in order."""
    return list(dict.fromkeys(_NUMBER.findall(unicodedata.normalize("NFKC", text))))


def has_section(chunk: Chunk, number: str) -> bool:
    """Whether the section with this number is in a chunk; one within it does not count."""
    opening = _opening(number)
    return bool(opening.match(chunk.headings[-1] if chunk.headings else "")) or bool(
        opening.search(chunk.text)
    )


def fit_sections(
    numbers: Iterable[str], ids: Sequence[int], chunks: Mapping[int, Chunk]
) -> Vectors:
    """Return how many of the sections with these numbers each chunk has, from 0 to 1.

    Numbers of no section are left out. Only the `chunks` are looked at, by their id.
    """
    held = [[id in chunks and has_section(chunks[id], number) for id in ids] for number in numbers]
    found = [row for row in held if any(row)]
    return np.asarray(np.mean(found, axis=0) if found else np.zeros(len(ids)), np.float32)


def leave_out(terms: Mapping[Term, float], numbers: Sequence[str]) -> float:
    """Return the rarity of the terms of a question without its section numbers."""
    parts = {part for number in numbers for part in (number, *number.split("."))}
    return sum(rarity for term, rarity in terms.items() if parts.isdisjoint(term))


@lru_cache(maxsize=1_000)
def _opening(number: str) -> re.Pattern[str]:
    label = r"(?:[^\W\d]+\.?[ \t]+|第[ \t]*)?"
    return re.compile(rf"^[^\w\n]*{label}{re.escape(number)}(?![A-Za-z\d]|[.,]\d)", re.MULTILINE)
