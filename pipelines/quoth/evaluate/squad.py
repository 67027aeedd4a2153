"""The measures of SQuAD: an answer against the texts that count as right."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

from quoth.text import ENGLISH, Language, split_characters

_ASCII_PUNCTUATION = frozenset(string.punctuation)


def token_f1(answer: str, truths: Sequence[str], language: Language = ENGLISH) -> float:
    """Return SQuAD's token F1 of an answer against the closest truth.

    In a script without spaces, each character is a token, as in MLQA (Lewis and others, 2020).
    """
    answer_words = split_characters(normalize(answer, language))
    best = 0.0
    for truth in truths:
        truth_words = split_characters(normalize(truth, language))
        common = sum((Counter(answer_words) & Counter(truth_words)).values())
        if common:
            best = max(best, 2 * common / (len(answer_words) + len(truth_words)))
    return best


def exact_match(answer: str, truths: Sequence[str], language: Language = ENGLISH) -> bool:
    """Whether an answer equals one of the truths after normalization."""
    normal = normalize(answer, language)
    return any(normal == normalize(truth, language) for truth in truths)


def normalize(text: str, language: Language = ENGLISH) -> str:
    """Normalize a text as SQuAD does: lower case, no punctuation, no articles, single spaces."""
    bare = "".join(sign for sign in text.lower() if not _is_punctuation(sign))
    return " ".join(word for word in bare.split() if word not in language.questions.articles)


def _is_punctuation(sign: str) -> bool:
    return sign in _ASCII_PUNCTUATION or unicodedata.category(sign).startswith("P")
