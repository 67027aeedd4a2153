"""Transcripts of conversations → prose, for models that would go on talking instead of telling."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pipelines.summarize.tidy import count_solid, count_words

_TURN = re.compile(r"\s*([^\s:][^:\n]{0,40}):(?:\s+(.*))?")
_FILLER = re.compile(
    r"\b(?:u+h+|u+m+|e+r+m*|a+h+|o+h+|m{2,}|h+m+|mm-?hmm?|uh-?huh)\b[ ,.…-]*", re.IGNORECASE
)
_STUTTER = re.compile(r"\b([^\W\d_]+)(?: \1\b)+", re.IGNORECASE)
_LOOSE_MARK = re.compile(r"\s+(?=[.,?!;])")
_LEAST_LINES = 6
_TURNS = 0.6
"""Share of the lines that must be turns: a short name, a colon, what was said."""
_LEAST_WORDS = 4


def turns_of(text: str) -> list[tuple[str, str]]:
    """Return who says what in a transcript; nothing when the text is no transcript.

    Fillers, stuttered words and turns of fewer than four words without a number are left out.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    turns = [match.groups(default="") for line in lines if (match := _TURN.fullmatch(line))]
    speakers = Counter(speaker for speaker, _ in turns)
    # Who speaks does so more than once; the keys of a form stand there once.
    if (
        len(lines) < _LEAST_LINES
        or len(turns) < _TURNS * len(lines)
        or len(speakers) < 2
        or 2 * len(speakers) > len(turns)
    ):
        return []
    said = ((speaker, _said(words)) for speaker, words in turns)
    return [(speaker, words) for speaker, words in said if words]


def told(turns: Iterable[tuple[str, str]]) -> str:
    """Return turns as prose, which a small model takes for something to be summarized."""
    return " ".join(f'{speaker} says: "{words}"' for speaker, words in turns)


def count_unread(text: str, turns: Iterable[tuple[str, str]]) -> int:
    """Return how many characters of a transcript its turns have left out, without white space."""
    return count_solid(text) - sum(count_solid(f"{who}:{words}") for who, words in turns)


def _said(words: str) -> str:
    words = _STUTTER.sub(r"\1", _FILLER.sub("", words))
    words = " ".join(_LOOSE_MARK.sub("", words).split())
    tells = count_words(words) >= _LEAST_WORDS or any(map(str.isdigit, words))
    return words if tells else ""
