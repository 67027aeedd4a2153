"""The words of a text that a search was for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from quoth.views.quote import MarkedText

_TOKEN = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def mark_matches(text: str, question: str, code: str) -> MarkedText:
    """Return a text with the words marked that the question has too, whatever their endings.

    `code` is the language of the text (ISO 639-1). In a script without spaces it is each pair of
    letters of the question.
    """
    from quoth.text import analyse, is_unspaced, language

    rules = language(code or "en")
    asked = {*analyse(question, rules)}
    pairs = {first + second for first, second in pairwise(question)}

    def spans() -> Iterator[tuple[int, int]]:
        for token in _TOKEN.finditer(text):
            if not is_unspaced(token[0][0]):
                if asked.intersection(analyse(token[0], rules)):
                    yield token.span()
                continue
            for index in range(len(token[0]) - 1):
                if token[0][index : index + 2] in pairs:
                    yield token.start() + index, token.start() + index + 2

    return MarkedText(text, tuple(_joined(spans())))


def _joined(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans in order, those that overlap as one."""
    start, end = -1, -1
    for left, right in spans:
        if left > end:
            if end > start:
                yield start, end
            start = left
        end = max(end, right)
    if end > start:
        yield start, end
