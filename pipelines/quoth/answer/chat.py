"""A conversation: follow-ups become standalone questions; old turns leave when room is short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from quoth.answer.answerer import Answerer
from quoth.errors import UsageError
from quoth.prompts import select_prompt
from quoth.system import write_whole
from quoth.text import terms
from quoth.types import Answer, Chunk

QUESTION_TOKENS = 80
LONGEST = 4
"""A condensed question may have so many times the words of the one it stands for, and ten more."""

_REFERS = re.compile(
    r"\b(?:it|its|itself|he|him|his|she|her|hers|they|them|their|theirs|this|that|these|those|there"
    r"|then|one|ones|former|latter|same|other|another|else|above)\b|^(?:and|or|but|so|what about"
    r"|how about|why|when|where|who|how)\b\W*(?:\w+\W*){0,2}$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<=[\w,;] )(?:[A-Z][\w-]*|\d+)(?: (?:[A-Z][\w-]*|\d+|of|the))*(?<!of)(?<!the)"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, as it was asked and as it was searched for, and its answer."""

    question: str
    standalone: str
    answer: str


class Chat:
    """Keeps a conversation about one collection, on disk after every turn."""

    def __init__(self, answerer: Answerer, path: Path, *, resume: bool = False) -> None:
        self.answerer = answerer
        self.path = path
        self.turns: list[Turn] = _read(path) if resume else []
        self.dropped = 0
        """Turns that the last question could not take along, oldest first."""
        self._shown: list[Chunk] = []

    def ask(self, question: str) -> Answer:
        """Return the answer to the next question of the conversation."""
        answer = None
        for part in self.stream(question):
            answer = part
        assert isinstance(answer, Answer)
        return answer

    def stream(self, question: str) -> Iterator[str | Answer]:
        """Yield the answer's text as it is written, and at the end the whole `Answer`."""
        standalone = self._standalone(question)
        for part in self.answerer.stream(standalone, shown=self._shown):
            if isinstance(part, Answer):
                self.turns.append(Turn(question, standalone, part.text))
                self._write()
            yield part

    def _standalone(self, question: str) -> str:
        """Return the question with what it refers to written out.

        The model is asked only when the question seems to refer to what was said. What it writes is
        taken when it keeps the words of the question and adds none that nobody said; otherwise the
        subject of the last question is put behind it.
        """
        self.dropped = 0
        if not self.turns or not _REFERS.search(question.strip()):
            return question
        model = self.answerer.model
        prompt = select_prompt("condense-question", model)
        for first in range(len(self.turns)):
            turns = self.turns[first:]
            messages = prompt.messages(history=_history(turns), question=question)
            if model.answer_budget(messages) >= QUESTION_TOKENS:
                self.dropped = first
                break
        else:
            self.dropped = len(self.turns)
            return with_subject(question, self.turns[-1])
        condensed = ""
        for chunk in model.stream(messages, max_tokens=QUESTION_TOKENS):
            condensed = (condensed + str(chunk.text)).lstrip()
            if (end := re.search(r"\?|(?=\n)", condensed)) is not None:
                condensed = condensed[: end.end()]  # a question is what was asked for, no more
                break
        condensed = condensed.strip().strip('"“”')
        if is_faithful(condensed, question, turns):
            return condensed
        return with_subject(question, self.turns[-1])

    def _write(self) -> None:
        turns = [asdict(turn) for turn in self.turns]
        write_whole(self.path, json.dumps(turns, ensure_ascii=False))


def is_faithful(condensed: str, question: str, turns: Sequence[Turn]) -> bool:
    """Tell whether a condensed question asks the same, with words of the conversation.

    It keeps the words that carry meaning, adds only such that were said, adds at least one of them,
    and is neither an answer nor much longer than a question.
    """
    kept, given = terms(condensed), terms(question)
    said = terms(" ".join(f"{t.question} {t.standalone} {t.answer}" for t in turns))
    return (
        condensed.endswith("?")
        and all(term in kept for term in given)
        and all(term in said or term in given for term in kept)
        and any(term not in given for term in kept)
        and len(condensed.split()) <= LONGEST * len(question.split()) + 10
        and max(kept.values(), default=0) <= 3
    )


def with_subject(question: str, turn: Turn) -> str:
    """Return a question with the subject of the turn before it behind it, in brackets.

    That is the names and numbers of its question, or its words that carry meaning.
    """
    before = turn.standalone
    held = {*terms(question)}
    subject = [name for name in _NAME.findall(before) if not held >= {*terms(name)}]
    if not subject:
        words = re.findall(r"[\w-]+", before)
        subject = [word for word in words if (one := terms(word)) and not held >= {*one}]
    if not subject:
        return question
    mark = "?" if question.rstrip().endswith("?") else ""
    return f"{question.rstrip().rstrip('?')} ({', '.join(dict.fromkeys(subject))}){mark}"


def _history(turns: Sequence[Turn]) -> str:
    return "\n".join(f"Question: {turn.standalone}\nAnswer: {turn.answer}" for turn in turns)


def _read(path: Path) -> list[Turn]:
    try:
        return [Turn(**turn) for turn in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError as error:
        raise UsageError(
            "There is no conversation to resume.", hint="Start one with: quoth chat"
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"The conversation in {path} cannot be read.", hint="Start anew with: quoth chat"
        ) from error
