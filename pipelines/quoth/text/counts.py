"""The length of a text in words and in characters."""

from __future__ import annotations


def count_words(text: str) -> int:
    """Return the number of words; in scripts without spaces, each character is a word."""
    return sum(1 if word.isascii() else _wide(word) or 1 for word in text.split())


def count_solid(text: str) -> int:
    """Return the number of characters, except white space."""
    return sum(map(len, text.split()))


def _wide(word: str) -> int:
    return sum(1 for character in word if "\u3040" <= character <= "\u9fff" or character >= "가")
