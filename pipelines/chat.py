"""A conversation: follow-ups become standalone questions, and old turns leave when room is short."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.answer import Answerer
from pipelines.errors import UsageError
from pipelines.prompts import select_prompt
from pipelines.types import Answer

QUESTION_TOKENS = 80


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
        for part in self.answerer.stream_parts(standalone):
            if isinstance(part, Answer):
                self.turns.append(Turn(question, standalone, part.text))
                self._write()
            yield part

    def _standalone(self, question: str) -> str:
        """Return the question with what it refers to written out."""
        if not self.turns or not question.strip():
            return question
        model = self.answerer.model
        prompt = select_prompt("condense-question", model)
        for first in range(len(self.turns) + 1):
            history = _history(self.turns[first:])
            messages = prompt.messages(history=history, question=question)
            if model.bound_tokens(messages) >= QUESTION_TOKENS:
                self.dropped = first
                break
        else:
            return question
        message = model.invoke(messages, max_tokens=QUESTION_TOKENS)
        lines = str(message.text).strip().splitlines()
        return lines[0].strip() if lines and lines[0].strip() else question

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps([asdict(turn) for turn in self.turns], ensure_ascii=False))
        part.replace(self.path)


def _history(turns: Sequence[Turn]) -> str:
    return "\n".join(f"Question: {turn.question}\nAnswer: {turn.answer}" for turn in turns)


def _read(path: Path) -> list[Turn]:
    try:
        return [Turn(**turn) for turn in json.loads(path.read_text())]
    except FileNotFoundError as error:
        raise UsageError(
            "There is no conversation to resume.", hint="Start one with: carrel chat"
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"The conversation in {path} cannot be read.", hint="Start anew with: carrel chat"
        ) from error
