"""Tokens of a text whose tokenizer cannot be asked: where each would begin, by a cautious estimate.

A piece of a word has three letters of the basic Latin alphabet; any other letter, mark, digit or
sign is a token of its own, and one outside the first plane of Unicode has as many as bytes. The
usual tokenizers of embedders need fewer; `tests/embed/test_sources.py` compares some.
"""

from __future__ import annotations

import re
from array import array

_PIECE = re.compile(r"[A-Za-z]{1,3}|[^\s]")


def estimate_token_starts(text: str) -> array[int]:
    """Return the offset of each estimated token of a text."""
    starts = array("i")
    for match in _PIECE.finditer(text):
        wide = ord(match[0][0]) > 0xFFFF
        starts.extend([match.start()] * (4 if wide else 1))
    return starts
