"""Exact things that a question names: numbers, codes, and names of two words, in few chunks.

"What is the price of part XK-4821/3?" asks for the one row with that part, and neither for other
rows of the list nor for a page that repeats the question. A name says less, since many chunks of a
document may be about it, and so does a short number: it may be a year, or a count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from quoth.text import CodedTexts, Term, analyse, encode_word, inverse_frequency, language
from quoth.types import Vectors

_FEW = 8
"""The most chunks that hold a thing which identifies them."""
_NUMBER = 0.25
"""The fit of a short number; that of a code is 1."""
_NAME = 0.5
"""The fit of a name that is what a question asks for."""
_ASKED_RARITY = 0.3
"""The share of the rarity of a question from which names and sections are what it asks for."""
_ASKED = 8
"""The terms of a question up to which an exact thing in it is what it asks for."""
_RARITY = 0.25
"""The share of the rarity of a question from which its codes and numbers are what it asks for."""
_LONG = 5
"""The digits from which a number is a code."""

Pair = frozenset[tuple[str, str]]
"""The variants of two words that follow one another."""


def weigh_exact(terms: Iterable[Term], frequency: Callable[[Term], int]) -> Mapping[Term, float]:
    """Return the exact things among the terms of a question that identify few chunks.

    `frequency` is the number of chunks with a term. A code weighs 1, a short number less.
    """
    weights = {term: max(map(_weigh, term)) for term in terms}
    return {
        term: weight for term, weight in weights.items() if weight and 0 < frequency(term) <= _FEW
    }


def fit_exact(terms: Mapping[Term, float], texts: Sequence[bytes]) -> Vectors:
    """Return how many of the exact things each text holds, from 0 to the greatest weight.

    A text is its analysed words as codes.
    """
    if not terms:
        return np.zeros(len(texts), np.float32)
    weights = np.fromiter(terms.values(), np.float32, len(terms))
    codes = [[encode_word(word) for word in term] for term in terms]
    held = CodedTexts.of_words(texts).saturate(codes) > 0
    return np.asarray(held @ weights * weights.max() / weights.sum(), np.float32)


def share_of_one(terms: Collection[Term]) -> float:
    """Return the weight of one thing in a question: less in a long one, which mentions it."""
    return min(1.0, _ASKED / max(1, len(terms)))


def share_of_rarity(things: Iterable[Term], terms: Mapping[Term, float]) -> float:
    """Return the weight of codes and numbers in a question: less where its other terms are rare.

    `terms` are all terms with their rarity. A question about something else mentions a code beside
    words that tell texts apart, too.
    """
    total = sum(terms.values())
    return min(1.0, sum(terms[thing] for thing in things) / total / _RARITY) if total else 0.0


def find_names(text: str, codes: Iterable[str]) -> list[Pair]:
    """Return the pairs of words with capitals that follow one another in a question.

    They are analysed in each of the languages.
    """
    rules = [language(code) for code in codes]
    tokens = text.split()
    pairs = (
        frozenset(
            (first, second)
            for rule in rules
            for first in analyse(left, rule)[:1]
            for second in analyse(right, rule)[:1]
        )
        for left, right in pairwise(tokens)
        if left[0].isupper() and right[0].isupper() and left[-1].isalnum()
    )
    return [pair for pair in dict.fromkeys(pairs) if pair]


def fit_names_held(
    pairs: Sequence[Pair], texts: Sequence[bytes], terms: Mapping[Term, float], *, count: int
) -> Vectors:
    """Return how many of the names each text holds, from 0 to the weight of the names.

    Names in more than a few of the texts are left out. `terms` are all terms of the question with
    their rarity, and `count` is the number of texts from which that was computed.
    """
    coded = CodedTexts.of_words(texts)
    found = {pair: _find_pair(coded, pair) for pair in pairs}
    held = {pair: rows for pair, rows in found.items() if 0 < len(rows) <= _FEW}
    fits = np.zeros(len(texts), np.float32)
    for rows in held.values():
        fits[rows] += 1 / len(held)
    return fits * np.float32(
        _weigh_names({pair: len(rows) for pair, rows in held.items()}, terms, count)
    )


def _weigh_names(held: Mapping[Pair, int], terms: Mapping[Term, float], count: int) -> float:
    """Return the weight of names that so many texts hold: less where other words are rare, too.

    The rarity of a name is that of its words together: both may be common where the name is not.
    """
    words = {word for pair in held for variant in pair for word in variant}
    others = sum(rarity for term, rarity in terms.items() if words.isdisjoint(term))
    return _NAME * weigh_asked(held.values(), others, count=count)


def weigh_asked(holding: Iterable[int], others: float, *, count: int) -> float:
    """Return the weight of things that so many of `count` texts hold.

    It is less where the other words of the question are rare, too; `others` is their rarity.
    """
    rarity = float(inverse_frequency(np.array([*holding]), count).sum())
    asked = rarity / max(rarity + others, 1e-9)
    return min(1.0, asked / _ASKED_RARITY) ** 2


def _find_pair(texts: CodedTexts, pair: Pair) -> NDArray[np.int64]:
    """Return the texts in which one of the variants of a pair stands."""
    first, second = texts.codes[:-1], texts.codes[1:]
    starts = [
        np.flatnonzero((first == encode_word(left)) & (second == encode_word(right)))
        for left, right in pair
    ]
    found = np.concatenate(starts)
    return np.unique(texts.rows[found[texts.rows[found] == texts.rows[found + 1]]])


def _weigh(word: str) -> float:
    """Return 1 for a code, less for a short number, and 0 for a word of letters."""
    if word.isalpha() or all(unicodedata.category(sign)[0] in "LM" for sign in word):
        return 0.0
    is_number = not any(sign.isalpha() for sign in word)
    return _NUMBER if is_number and sum(sign.isdigit() for sign in word) < _LONG else 1.0
