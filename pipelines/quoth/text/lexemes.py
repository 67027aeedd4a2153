"""The words and signs of a text, in order."""

from __future__ import annotations

import re

_LEXEME = re.compile(r"[^\W_]+(?:[.,'’\-–/][^\W_]+)*|[^\w\s]")


def lexemes(text: str, start: int = 0) -> list[re.Match[str]]:
    """Find each word and each sign of a text from offset `start` on.

    A word may contain a sign between letters or digits: `1,200`, `o'clock`, `well-known`.
    """
    return list(_LEXEME.finditer(text, start))
