"""Okapi BM25 (Robertson and Zaragoza 2009) over texts whose terms are 32-bit codes. Only numpy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from quoth.text.codes import encode_word, unpack
from quoth.text.letter_groups import group_letters

Floats = NDArray[np.float32]
Term = tuple[str, ...]
"""The variants of one word of a query, such as its stems by several languages."""

K1 = 1.2
B = 0.75


class CodedTexts:
    """Texts as the codes of their terms, one after the other.

    `rows` has the text of each code, `lengths` the number of codes in each text.
    """

    def __init__(
        self, codes: NDArray[np.uint32], rows: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> None:
        self.count = len(lengths)
        self.codes = codes
        self.rows = rows
        norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0)) if self.count else lengths
        self._norm = np.asarray(norm, np.float32)[:, None]

    @classmethod
    def of_words(cls, packed: Sequence[bytes]) -> Self:
        """Return texts whose terms are their analysed words, each text as `pack` encodes it."""
        codes = unpack(b"".join(packed))
        lengths = np.array([len(row) // codes.itemsize for row in packed], np.int64)
        return cls(codes, np.repeat(np.arange(len(packed)), lengths), lengths)

    @classmethod
    def of_letters(cls, texts: Sequence[str]) -> Self:
        """Return texts whose terms are the groups of letters in their analysed words."""
        codes, rows = group_letters(texts)
        return cls(codes, rows, np.bincount(rows, minlength=len(texts)))

    def saturate(self, terms: Sequence[Collection[int]]) -> Floats:
        """Return BM25's weight of each term in each text, a row for each text.

        A term is a set of codes, which count as one. A code of two terms counts for the first.
        """
        wanted, first = np.unique(
            np.array([code for term in terms for code in term], np.uint32), return_index=True
        )
        if not len(wanted):
            return np.zeros((self.count, len(terms)), np.float32)
        column = np.repeat(np.arange(len(terms)), [len(term) for term in terms])[first]
        possible = np.zeros(1 << 16, bool)  # rules out most codes at once
        possible[wanted & 0xFFFF] = True
        positions = np.flatnonzero(possible.take(self.codes.astype(np.uint16)))
        places = np.searchsorted(wanted, self.codes[positions]).clip(max=len(wanted) - 1)
        matches = wanted[places] == self.codes[positions]
        cells = self.rows[positions[matches]] * len(terms) + column[places[matches]]
        counts = np.bincount(cells, minlength=self.count * len(terms))
        frequency = counts.reshape(self.count, len(terms))
        return np.asarray(frequency * (K1 + 1) / (frequency + self._norm), np.float32)


def score_words(texts: CodedTexts, terms: Mapping[Term, float]) -> Floats:
    """Return BM25 of each text for weighted terms."""
    codes = [[encode_word(word) for word in term] for term in terms]
    return np.asarray(
        texts.saturate(codes) @ np.fromiter(terms.values(), np.float32, len(terms)), np.float32
    )


def score_letters(texts: CodedTexts, terms: Mapping[Term, int]) -> Floats:
    """Return BM25 of each text for the groups of letters in counted terms.

    The rarity of a group is that among the texts. Variants of a term share their groups.
    """
    codes, counts = _count_groups(terms)
    weights = texts.saturate([(code,) for code in codes.tolist()])
    rarity = inverse_frequency(np.count_nonzero(weights, axis=0), texts.count)
    return np.asarray(weights @ (rarity * counts), np.float32)


def inverse_frequency(frequency: NDArray[np.int64], count: int) -> Floats:
    """Return the weight (idf of BM25) of terms that occur in `frequency` of `count` texts."""
    return np.log1p((count - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def _count_groups(terms: Mapping[Term, int]) -> tuple[NDArray[np.uint32], Floats]:
    """Return the codes of the groups of letters in counted terms, and the count of each."""
    term_of = np.repeat(np.arange(len(terms), dtype=np.uint64), [len(term) for term in terms])
    codes, variants = group_letters([variant for term in terms for variant in term])
    pairs = np.unique(term_of[variants] << 32 | codes)  # a group counts once in a term
    distinct, places = np.unique((pairs & 0xFFFFFFFF).astype(np.uint32), return_inverse=True)
    of_terms = np.fromiter(terms.values(), np.float32, len(terms))
    counts = np.bincount(places, of_terms[pairs >> 32], len(distinct))
    return distinct, counts.astype(np.float32)
