from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quoth import Library
from quoth.answer.answerer import steady
from quoth.answer.chat import Chat, Turn, is_faithful, with_subject
from quoth.config import load_config
from quoth.errors import UsageError
from quoth.types import Answer, Chunk, Timings
from scripted_model import Scripted

FIRST = "How tall was the Saturn V?"


class Answers:
    """Stands in for an answerer, and remembers what it was asked."""

    def __init__(self, model: Scripted) -> None:
        self.model = model
        self.asked: list[str] = []

    def stream(
        self, question: str, config: Any = None, *, shown: Any = None
    ) -> Iterator[str | Answer]:
        self.asked.append(question)
        yield "111 metres."
        yield Answer(question, "111 metres.", True, (), (), "x", Timings())


def chat(path: Path, condensed: str = "", *, window: int = 4096, resume: bool = False) -> Chat:
    answers: Any = Answers(Scripted(answer=lambda prompt: condensed, window=window))
    return Chat(answers, path / "chat.json", resume=resume)


def asked(conversation: Chat) -> list[str]:
    answers: Any = conversation.answerer
    return answers.asked  # type: ignore[no-any-return]


def test_a_follow_up_is_asked_with_what_it_refers_to(tmp_path: Path) -> None:
    conversation = chat(tmp_path, "How much did the Saturn V weigh?")
    conversation.ask(FIRST)
    conversation.ask("How much did it weigh?")
    assert asked(conversation) == [FIRST, "How much did the Saturn V weigh?"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "It weighed 3,000 tonnes.",
        "How much did the Titanic weigh?",
        "How tall was the Saturn V?",
        "How much did it weigh?",
        "You rewrite the last question of a conversation. How much did it weigh?",
        "How much did the Saturn V weigh " + "weigh " * 40 + "?",
    ],
)
def test_a_bad_condensation_is_not_taken(tmp_path: Path, bad: str) -> None:
    conversation = chat(tmp_path, bad)
    conversation.ask(FIRST)
    conversation.ask("How much did it weigh?")
    assert asked(conversation)[-1] == "How much did it weigh (Saturn V)?"


def test_a_question_that_stands_alone_stays_as_it_is(tmp_path: Path) -> None:
    conversation = chat(tmp_path, "Something else entirely?")
    conversation.ask(FIRST)
    conversation.ask("Where was Michael Collins born?")
    assert asked(conversation)[-1] == "Where was Michael Collins born?"
    assert not conversation.answerer.model.asked  # type: ignore[attr-defined]


def test_history_leaves_by_whole_turns_oldest_first(tmp_path: Path) -> None:
    conversation = chat(tmp_path, "How much did the Saturn V weigh?", window=512)
    conversation.turns = [
        Turn(f"{n} " + "old " * 60, f"{n} " + "old " * 60, "yes") for n in range(9)
    ]
    conversation.turns.append(Turn(FIRST, FIRST, "111 metres."))
    conversation.ask("How much did it weigh?")
    prompt = str(conversation.answerer.model.asked[-1].messages[-1].content)  # type: ignore[attr-defined]
    assert conversation.dropped > 0
    assert FIRST in prompt
    assert prompt.count("Question:") == len(conversation.turns) - 1 - conversation.dropped
    assert "Question: 0 old" not in prompt


def test_a_window_too_small_for_any_turn_still_asks(tmp_path: Path) -> None:
    conversation = chat(tmp_path, window=120)
    conversation.turns = [Turn(FIRST, FIRST, "long " * 400)]
    conversation.ask("How much did it weigh?")
    assert conversation.dropped == 1
    assert asked(conversation)[-1] == "How much did it weigh (Saturn V)?"


def test_a_conversation_is_resumed_where_it_stopped(tmp_path: Path) -> None:
    chat(tmp_path).ask(FIRST)
    again = chat(tmp_path, "How much did the Saturn V weigh?", resume=True)
    assert again.turns == [Turn(FIRST, FIRST, "111 metres.")]
    again.ask("How much did it weigh?")
    assert asked(again) == ["How much did the Saturn V weigh?"]
    assert len(chat(tmp_path, resume=True).turns) == 2


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no conversation"):
        chat(tmp_path, resume=True)
    (tmp_path / "chat.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        chat(tmp_path, resume=True)


def test_faithful_keeps_the_words_and_adds_only_what_was_said() -> None:
    turns = [Turn("Who was Collins?", "Who was Michael Collins?", "An astronaut.")]
    assert is_faithful("Where was Michael Collins born?", "Where was he born?", turns)
    assert not is_faithful("Where was Neil Armstrong born?", "Where was he born?", turns)
    assert not is_faithful("Who was Michael Collins?", "Where was he born?", turns)


def test_the_subject_is_the_names_or_else_the_words() -> None:
    named = Turn("", "When did the Saturn V fly to Houston?", "")
    plain = Turn("", "How long are signed minutes kept?", "")
    assert with_subject("And why?", named) == "And why (Saturn V, Houston)?"
    assert with_subject("Where are they?", plain) == "Where are they (long, signed, minutes, kept)?"


def chunk(number: int) -> Chunk:
    return Chunk("a.md", "", 1, None, 10 * number, 10 * number + 4, "text", (), number, 1)


@pytest.mark.parametrize(
    ("found", "shown", "read"),
    [
        ([1, 2, 3, 4], [], [1, 2, 3, 4]),
        ([3, 1, 2, 9], [1, 2, 3, 4], [1, 2, 3, 4]),
        ([2, 9, 1, 8], [1, 2, 3, 4], [1, 2, 9, 8]),
        ([9, 2, 3, 4], [1, 2, 3, 4], [9, 2, 3, 4]),
        ([7, 8], [1, 2, 3], [7, 8]),
    ],
)
def test_a_follow_up_reads_first_what_was_read_before(
    found: list[int], shown: list[int], read: list[int]
) -> None:
    assert steady([chunk(n) for n in found], [chunk(n) for n in shown]) == [chunk(n) for n in read]


def test_a_follow_up_on_the_same_excerpts_reads_only_what_is_new(sample: str) -> None:
    settings = {"answering.style": "prose", "answering.context_tokens": 500,
                "answering.max_tokens": 8, "backend.parallel": 1}  # fmt: skip
    with Library(sample, config=load_config(environment={}, overrides=settings).config) as library:
        conversation = library.chat()
        first = conversation.ask("How long can the emergency generator run on a full tank?")
        second = conversation.ask("For how long can the emergency generator run on a full tank?")
    assert first.timings.prompt_tokens > 300
    assert second.timings.cached_prompt_tokens > 0.8 * second.timings.prompt_tokens
