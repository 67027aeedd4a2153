"""Transcripts → prose, because a small model continues a conversation that it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from quoth.prompts import Prompt
from quoth.summarize.languages import find_document_language
from quoth.text import ENGLISH, SummaryRules, count_solid, count_words, language
from quoth.types import Document

_TURN = re.compile(r"\s*([^\s:][^:\n]{0,40}):(?:\s+(.*))?")
_STUTTER = re.compile(r"\b([^\W\d_]+)(?: \1\b)+", re.IGNORECASE)
_LOOSE_MARK = re.compile(r"\s+(?=[.,?!;])")
_LEAST_LINES = 6
_TURNS = 0.6
"""Share of the lines that must be turns: a short name, a colon, the words."""
_LEAST_WORDS = 4


class Utterance(NamedTuple):
    """The words of one turn; `speaker` is empty where the transcript names none."""

    speaker: str
    words: str


def read_transcript(text: str, rules: SummaryRules = ENGLISH.summaries) -> list[Utterance]:
    """Return the turns of a transcript, or an empty list for any other text.

    Fillers, stuttered words and turns of fewer than four words without a number are dropped. A line
    without a name belongs to the turn before it; at the start, it is a turn without a speaker.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    turns: list[Utterance] = []
    named = 0
    for line in lines:
        if match := _TURN.fullmatch(line):
            named += 1
            turns.append(Utterance(match[1], match[2] or ""))
        elif turns:
            turns[-1] = Utterance(turns[-1].speaker, f"{turns[-1].words} {line}")
        else:
            turns.append(Utterance("", line))
    speakers = {turn.speaker for turn in turns} - {""}
    # A speaker has several turns; a key of a form appears once.
    if (
        len(lines) < _LEAST_LINES
        or named < _TURNS * len(lines)
        or len(speakers) < 2
        or 2 * len(speakers) > named
    ):
        return []
    cleaned = (Utterance(turn.speaker, _clean(turn.words, rules)) for turn in turns)
    return [turn for turn in cleaned if turn.words]


def is_conversation(document: Document) -> bool:
    """Whether most pages of a document are a transcript."""
    rules = language(find_document_language((document,))).summaries
    told = [bool(read_transcript(page.text, rules)) for page in document.pages]
    return 2 * sum(told) > len(told)


def transcribe(turns: Iterable[Utterance]) -> list[str]:
    """Return turns as lines of a transcript: the name of the speaker, a colon, the words."""
    return [f"{turn.speaker}: {turn.words}" if turn.speaker else turn.words for turn in turns]


def narrate(
    turns: Iterable[Utterance], prompt: Prompt, rules: SummaryRules = ENGLISH.summaries
) -> str:
    """Return turns as prose, each in the wording of `prompt`, for a small model."""
    return " ".join(
        prompt.texts(speaker=turn.speaker or rules.unnamed_speaker, words=turn.words)[1]
        for turn in turns
    )


def count_unread(text: str, turns: Iterable[Utterance]) -> int:
    """Count the characters of a transcript, except white space, that its turns leave out."""
    return count_solid(text) - sum(map(count_solid, transcribe(turns)))


def _clean(words: str, rules: SummaryRules) -> str:
    words = _STUTTER.sub(r"\1", rules.filler.sub("", words))
    words = " ".join(_LOOSE_MARK.sub("", words).split())
    says_something = count_words(words) >= _LEAST_WORDS or any(map(str.isdigit, words))
    return words if says_something else ""
