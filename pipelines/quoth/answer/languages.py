"""The languages of an answer: that of the question, and that of the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from quoth.answer.sentences import language_of
from quoth.answer.turns import Turn
from quoth.retrieve import Question
from quoth.text import ENGLISH, UNDETERMINED, Language, detect_language, language
from quoth.types import Chunk


def find_evidence_language(question: Question, chunks: Iterable[Chunk]) -> Language:
    """Return the language of most chunks; that of the question where they tell none."""
    spoken = Counter(language_of(chunk, question.language) for chunk in chunks)
    return max(spoken, key=spoken.__getitem__, default=question.language)


def find_turn_language(question: str, turns: Sequence[Turn]) -> Language:
    """Return the language of the next question of a conversation.

    A follow-up such as "Und 1962?" is in the language of the turn before it, if it tells none.
    """
    before = detect_language(turns[-1].question) if turns else UNDETERMINED
    likely = () if before == UNDETERMINED else (before,)
    code = detect_language(question, likely=likely)
    known = [code for code in (code, before) if code != UNDETERMINED]
    return language(known[0]) if known else ENGLISH
