"""How many tokens a text makes, learnt from the counts that a server reports of what it read.

A server without a tokenizer for callers still says with each answer how many tokens it read
(`usage.prompt_tokens`). Letters of ASCII, its other signs, and other scripts are told apart: a
token holds several letters of English prose, hardly more than one sign, and 1 to 4 other bytes.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import numpy as np

from quoth.text import bound_token_count

_MARGIN = 1.15
_SAMPLE_CHARACTERS = 1500
_SIGN_TOKENS = 1.0
"""The most tokens that a digit or a sign of ASCII makes."""
_LEAST_BYTES = 200
"""The number of bytes from which a count says something of a rate."""
_LEAST_SHARE = 0.6
"""The share of the bytes that must be of one kind for a rate of this kind."""
_LEAST_RATE = 0.1
_LETTERS = np.zeros(256, bool)
_LETTERS[[ord(c) for c in " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = True


class TokenRates:
    """The tokens of a byte, for letters of ASCII and for other scripts. Safe for many threads.

    Until a rate is learnt, each byte of its kind counts as a token, which no tokenizer exceeds.
    """

    def __init__(self) -> None:
        self._letters: float | None = None
        self._others: float | None = None
        self._silent = False
        self._lock = threading.Lock()

    def bound(self, text: str) -> int:
        """Return the most tokens that the text makes, with a margin."""
        letters, signs, others = _kinds(text)
        known = (self._letters or 1.0) * letters + (self._others or 1.0) * others
        estimate = math.ceil(_MARGIN * known + _SIGN_TOKENS * signs) + 1 if text else 0
        return min(estimate, bound_token_count(text))

    def learn_from(self, text: str, count: Callable[[str], int]) -> None:
        """Have the start of a text counted, if it is long enough and no text like it was learnt.

        A server that reports no count is not asked again.
        """
        sample = text[:_SAMPLE_CHARACTERS]
        if self._silent or self.knows(text) or sum(_kinds(sample)) < _LEAST_BYTES:
            return
        tokens = count(sample)
        self._silent = tokens <= 0
        self.learn(sample, tokens)

    def knows(self, text: str) -> bool:
        """Whether the rate that counts most for this text is learnt."""
        letters, _, others = _kinds(text)
        return (self._others if others > letters else self._letters) is not None

    def learn(self, text: str, tokens: int) -> None:
        """Note that a text made so many tokens. The highest rate of each kind is kept."""
        letters, signs, others = _kinds(text)
        size = letters + signs + others
        if size < _LEAST_BYTES or tokens <= 0:
            return
        rest = tokens - _SIGN_TOKENS * signs / 2
        with self._lock:
            if letters >= _LEAST_SHARE * size:
                rest -= (self._others or 0.5) * others
                self._letters = max(self._letters or 0.0, _LEAST_RATE, min(1.0, rest / letters))
            elif others >= _LEAST_SHARE * size:
                rest -= (self._letters or 0.25) * letters
                self._others = max(self._others or 0.0, _LEAST_RATE, min(1.0, rest / others))


def _kinds(text: str) -> tuple[int, int, int]:
    """Return the bytes that are letters of ASCII, other ASCII, and the rest."""
    encoded = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    letters = int(np.count_nonzero(_LETTERS[encoded]))
    ascii_bytes = int(np.count_nonzero(encoded < 128))
    return letters, ascii_bytes - letters, len(encoded) - ascii_bytes
