"""The words and signs of a text, in order."""

from __future__ import annotations

import re
from functools import cache

from quoth.text.scripts import combining_marks


def lexemes(text: str, start: int = 0) -> list[re.Match[str]]:
    """Find each word and each sign of a text from offset `start` on.

    A word may contain a sign between letters or digits: `1,200`, `o'clock`, `well-known`. Marks
    belong to their letter.
    """
    return list(_lexeme().finditer(text, start))


@cache
def _lexeme() -> re.Pattern[str]:
    marks = combining_marks()
    letters = rf"[^\W_]+(?:[{marks}]+[^\W_]*)*"
    return re.compile(rf"{letters}(?:[.,'’\-–/]{letters})*|[^\w\s]")
