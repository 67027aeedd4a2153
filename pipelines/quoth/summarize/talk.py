"""Transcripts of conversations → prose, for models that would go on talking instead of telling."""

from __future__ import annotations

import re
from collections.abc import Iterable

from quoth.text import count_solid, count_words

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
_SOMEONE = "Someone"
"""The speaker of words before the first name: the rest of a turn of the part before."""


def turns_of(text: str) -> list[tuple[str, str]]:
    """Return who says what in a transcript; nothing when the text is no transcript.

    Fillers, stuttered words and turns of fewer than four words without a number are left out. A
    line without a name goes on with the turn before it; the speaker of such a line at the start is
    the empty string.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    turns: list[tuple[str, str]] = []
    begun = 0
    for line in lines:
        if match := _TURN.fullmatch(line):
            begun += 1
            turns.append((match[1], match[2] or ""))
        elif turns:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]} {line}")
        else:
            turns.append(("", line))
    speakers = {speaker for speaker, _ in turns} - {""}
    # Who speaks does so more than once; the keys of a form stand there once.
    if (
        len(lines) < _LEAST_LINES
        or begun < _TURNS * len(lines)
        or len(speakers) < 2
        or 2 * len(speakers) > begun
    ):
        return []
    said = ((speaker, _said(words)) for speaker, words in turns)
    return [(speaker, words) for speaker, words in said if words]


def transcribe(turns: Iterable[tuple[str, str]]) -> list[str]:
    """Return turns as they stand in a transcript: the name of the speaker, a colon, the words."""
    return [f"{speaker}: {words}" if speaker else words for speaker, words in turns]


def narrate(turns: Iterable[tuple[str, str]]) -> str:
    """Return turns as prose, which a small model takes for something to be summarized."""
    return " ".join(f'{speaker or _SOMEONE} says: "{words}"' for speaker, words in turns)


def count_unread(text: str, turns: Iterable[tuple[str, str]]) -> int:
    """Return how many characters of a transcript its turns have left out, without white space."""
    return count_solid(text) - sum(map(count_solid, transcribe(turns)))


def _said(words: str) -> str:
    words = _STUTTER.sub(r"\1", _FILLER.sub("", words))
    words = " ".join(_LOOSE_MARK.sub("", words).split())
    tells = count_words(words) >= _LEAST_WORDS or any(map(str.isdigit, words))
    return words if tells else ""
