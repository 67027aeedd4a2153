"""The length of an answer, in words and in tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quoth.summarize.parts import Part
from quoth.text import count_words

_FEWEST_WORDS = 24
_FEWEST_TOKENS = 8
_SPARE = 1.1
"""Spare tokens for an answer: a factor on the tokens of its words, and a number on top."""
_SPARE_TOKENS = 24
_WINDOW_SHARE = 4


@dataclass(frozen=True, slots=True)
class AnswerLength:
    """The words that a prompt asks for, and the token limit of the answer."""

    words: int
    tokens: int

    @property
    def values(self) -> dict[str, str]:
        """The variables of a prompt that state the length."""
        return {"length": str(self.words)}


def longest_answer(words: int, window: int) -> AnswerLength:
    """Return the length of an answer with the highest token limit, a quarter of the window."""
    return AnswerLength(words, window // _WINDOW_SHARE)


def length_of(words: int, window: int, tokens_per_word: float) -> AnswerLength:
    """Return the length of an answer of `words` words, at most a quarter of the window."""
    words = max(_FEWEST_WORDS, words)
    tokens = int(words * tokens_per_word * _SPARE) + _SPARE_TOKENS
    return AnswerLength(words, max(_FEWEST_TOKENS, min(window // _WINDOW_SHARE, tokens)))


def count_replies(words: int, window: int, tokens_per_word: float) -> int:
    """Return how many replies of a quarter of the window a summary of `words` words takes."""
    return max(1, math.ceil(words * tokens_per_word / max(1, window // _WINDOW_SHARE)))


def tokens_per_word(parts: Sequence[Part]) -> float:
    """Return the mean number of tokens for a word of these parts, rounded up to a half."""
    words = sum(count_words(chunk.text) for part in parts for chunk in part.chunks)
    tokens = sum(part.tokens for part in parts)
    return min(8.0, max(1.5, math.ceil(2 * tokens / max(1, words)) / 2))
