"""A conversation: follow-ups become standalone questions; every turn is on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

from quoth.answer.condense import Condenser
from quoth.answer.turns import Turn, TurnFile
from quoth.models import ModelCalls
from quoth.types import Answer, Chunk, format_count


class AnswersQuestions(Protocol):
    """The part of an answerer that a conversation uses."""

    calls: ModelCalls

    def stream(self, input: str, *, shown: Sequence[Chunk] = ()) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`."""


class Conversation:
    """A conversation about one collection, on disk after every turn.

    `folder` holds the conversations of the collection, a file for each, so that several can take
    place in parallel. `id` names this one.

    >>> conversation = library.chat()
    >>> conversation.ask("How much is the deposit?").phrase
    '4,500 crowns'
    >>> [turn.question for turn in conversation.turns]
    ['How much is the deposit?']
    """

    def __init__(
        self,
        answerer: AnswersQuestions,
        folder: Path,
        *,
        id: str = "",
    ) -> None:
        self.answerer = answerer
        self.turns: list[Turn] = []
        self.dropped = 0
        """The number of turns, oldest first, for which the last question had no room."""
        self._file = TurnFile(folder, id)
        self._condenser = Condenser(answerer.calls)
        self._shown: tuple[Chunk, ...] = ()

    def __repr__(self) -> str:
        return f"<Conversation {self.id!r}, {format_count(len(self.turns), 'turn')}>"

    @classmethod
    def resume(cls, answerer: AnswersQuestions, folder: Path, *, id: str = "") -> Self:
        """Return the conversation `id`, or the last one, with its turns.

        Raises `UsageError` when there is none, or when its file cannot be read.
        """
        file = TurnFile(folder, id) if id else TurnFile.open_last(folder)
        conversation = cls(answerer, folder, id=file.id)
        conversation.turns = file.read()
        return conversation

    @property
    def id(self) -> str:
        """The name of the conversation, which is that of its file."""
        return self._file.id

    def forget(self) -> None:
        """Delete the turns of the conversation, here and on disk."""
        self._file.remove()
        self.turns = []
        self._shown = ()

    def ask(self, question: str) -> Answer:
        """Return the answer to the next question of the conversation."""
        answer = None
        for part in self.stream(question):
            answer = part
        assert isinstance(answer, Answer)
        return answer

    def stream(self, question: str) -> Iterator[str | Answer]:
        """Yield the answer's text as it is written, and at the end the whole `Answer`."""
        standalone, self.dropped = self._condenser.condense(question, self.turns)
        for part in self.answerer.stream(standalone, shown=self._shown):
            if isinstance(part, Answer):
                self._shown = part.excerpts or self._shown
                turn = Turn(question, standalone, part.text)
                self._file.add(turn)
                self.turns.append(turn)
            yield part
