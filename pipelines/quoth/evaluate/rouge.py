"""ROUGE-1, -2 and -L: the words, word pairs and word sequences that two texts share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from quoth.text import is_unspaced, split_characters, split_words

ROUGE = ("rouge1", "rouge2", "rougeL")
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_STEMMED = 4


def rouge(text: str, references: Sequence[str]) -> dict[str, float]:
    """Return the F1 of each measure (Lin, 2004) against the reference that scores highest.

    Words are stemmed by Porter's second algorithm. Google's rouge-score modifies the first one; its
    figures differ by 0.0001 in the mean.
    """
    words = stems_of(text)
    scores = [_scores(words, stems_of(reference)) for reference in references]
    return {name: max(score[name] for score in scores) for name in ROUGE}


def stems_of(text: str) -> list[str]:
    """Return the words of a text in order; English ones of at least four letters are stemmed.

    In a script without spaces, each character is a word.
    """
    return [
        _stemmer().stemWord(word) if len(word) >= _SHORTEST_STEMMED and word.isascii() else word
        for word in (_WORD.findall(text.lower()) if text.isascii() else _words(text))
    ]


def _words(text: str) -> Iterator[str]:
    for piece in split_characters(text.lower()):
        if is_unspaced(piece):
            yield piece
        else:
            yield from split_words(piece)


def _scores(words: Sequence[str], reference: Sequence[str]) -> dict[str, float]:
    return {
        "rouge1": _overlap(words, reference, 1),
        "rouge2": _overlap(words, reference, 2),
        "rougeL": _f1(_common_length(words, reference), len(words), len(reference)),
    }


def _overlap(words: Sequence[str], reference: Sequence[str], length: int) -> float:
    """Return the F1 of the n-grams of one length, counted with multiplicity."""
    ours, theirs = _ngrams(words, length), _ngrams(reference, length)
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def _ngrams(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + length]) for i in range(len(words) - length + 1))


def _common_length(words: Sequence[str], reference: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(reference) + 1)
    for word in words:
        diagonal = 0
        for column, other in enumerate(reference, start=1):
            above = row[column]
            row[column] = diagonal + 1 if word == other else max(above, row[column - 1])
            diagonal = above
    return row[-1]


def _f1(shared: int, ours: int, theirs: int) -> float:
    return 2 * shared / (ours + theirs) if shared else 0.0


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
