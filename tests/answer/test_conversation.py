from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fixed_searcher import FixedSearcher
from quoth import Library
from quoth.answer import Answerer, Conversation
from quoth.answer.condense import is_faithful, with_correction, with_subject
from quoth.answer.excerpts import order_excerpts
from quoth.answer.turns import Turn
from quoth.config import Answering, Embedding, load_config
from quoth.embed import FolderEmbedder
from quoth.errors import UsageError
from quoth.journal import Journal
from quoth.models import ModelCalls
from quoth.text import language
from quoth.types import Answer, Chunk, Hit
from scripted_model import Scripted

FIRST = "How tall was the Saturn V?"
ENGLISH = language("en")


class Answers:
    """Answers every question alike, and remembers what it was asked."""

    def __init__(self, model: Scripted) -> None:
        self.model = model
        self.calls = ModelCalls(model)
        self.asked: list[str] = []
        self.shown: list[tuple[Chunk, ...]] = []

    def stream(self, input: str, *, shown: Sequence[Chunk] = ()) -> Iterator[str | Answer]:
        self.asked.append(input)
        self.shown.append(tuple(shown))
        yield "111 metres."
        yield Answer(
            question=input,
            kind="answer",
            text="111 metres.",
            model="x",
            excerpts=(chunk(len(self.asked)),),
        )


def answers(condensed: str = "", *, window: int = 4096) -> Answers:
    return Answers(Scripted(answer=lambda prompt: condensed, window=window))


@pytest.mark.parametrize(
    ("first", "question", "subject"),
    [
        ("Who guarantees the rent?", "Up to how much?", "rent"),
        ("Who guarantees the rent?", "At least how many?", "rent"),
        ("Wer bürgt für die Miete?", "Bis zu wie viel?", "Miete"),
        ("¿Quién garantiza el alquiler?", "¿Hasta cuánto?", "alquiler"),
    ],
)
def test_a_question_without_a_subject_is_asked_with_that_of_the_one_before(
    tmp_path: Path, first: str, question: str, subject: str
) -> None:
    answerer = answers()
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(first)
    conversation.ask(question)
    assert subject in answerer.asked[1]


def test_a_question_with_a_subject_is_asked_as_it_is(tmp_path: Path) -> None:
    answerer = answers()
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(FIRST)
    conversation.ask("Up to how much snow falls in winter?")
    assert answerer.asked[1] == "Up to how much snow falls in winter?"


def test_a_follow_up_is_asked_with_what_it_refers_to(tmp_path: Path) -> None:
    answerer = answers("How much did the Saturn V weigh?")
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(FIRST)
    conversation.ask("How much did it weigh?")
    assert answerer.asked == [FIRST, "How much did the Saturn V weigh?"]


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
    answerer = answers(bad)
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(FIRST)
    conversation.ask("How much did it weigh?")
    assert answerer.asked[-1] == "How much did it weigh (Saturn V)?"


@pytest.mark.parametrize("follow_up", ["Up to how much?", "Until when?"])
def test_a_question_without_words_of_its_own_is_asked_with_the_one_before(
    tmp_path: Path, follow_up: str
) -> None:
    answerer = answers("")
    conversation = Conversation(answerer, tmp_path)
    conversation.ask("Who insures the barge?")
    conversation.ask(follow_up)
    assert answerer.asked[-1] == f"{follow_up[:-1]} (insures, barge)?"


def test_a_question_that_stands_alone_stays_as_it_is(tmp_path: Path) -> None:
    answerer = answers("Something else entirely?")
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(FIRST)
    conversation.ask("Where was Michael Collins born?")
    assert answerer.asked[-1] == "Where was Michael Collins born?"
    assert not answerer.model.asked


def test_history_leaves_by_whole_turns_oldest_first(tmp_path: Path) -> None:
    answerer = answers("How much did the Saturn V weigh?", window=512)
    conversation = Conversation(answerer, tmp_path)
    conversation.turns = [
        Turn(f"{n} " + "old " * 60, f"{n} " + "old " * 60, "yes") for n in range(9)
    ]
    conversation.turns.append(Turn(FIRST, FIRST, "111 metres."))
    conversation.ask("How much did it weigh?")
    prompt = str(answerer.model.asked[-1].messages[-1].content)
    assert conversation.dropped > 0
    assert FIRST in prompt
    assert prompt.count("Question:") == len(conversation.turns) - 1 - conversation.dropped
    assert "Question: 0 old" not in prompt


def test_a_window_too_small_for_any_turn_still_asks(tmp_path: Path) -> None:
    answerer = answers(window=120)
    conversation = Conversation(answerer, tmp_path)
    conversation.turns = [Turn(FIRST, FIRST, "long " * 400)]
    conversation.ask("How much did it weigh?")
    assert conversation.dropped == 1
    assert answerer.asked[-1] == "How much did it weigh (Saturn V)?"


def test_a_conversation_is_resumed_where_it_stopped(tmp_path: Path) -> None:
    Conversation(answers(), tmp_path).ask(FIRST)
    answerer = answers("How much did the Saturn V weigh?")
    resumed = Conversation.resume(answerer, tmp_path)
    assert resumed.turns == [Turn(FIRST, FIRST, "111 metres.")]
    resumed.ask("How much did it weigh?")
    assert answerer.asked == ["How much did the Saturn V weigh?"]
    assert len(Conversation.resume(answers(), tmp_path).turns) == 2


def test_the_only_conversation_of_version_0_1_0_is_resumed(tmp_path: Path) -> None:
    turns = [{"question": FIRST, "standalone": FIRST, "answer": "111 metres."}]
    (tmp_path / "chat.json").write_text(json.dumps(turns), encoding="utf-8")
    folder = tmp_path / "conversations"
    resumed = Conversation.resume(answers("How much did the Saturn V weigh?"), folder)
    assert resumed.turns == [Turn(FIRST, FIRST, "111 metres.")]
    resumed.ask("How much did it weigh?")
    again = Conversation.resume(answers(), folder)
    assert [turn.question for turn in again.turns] == [FIRST, "How much did it weigh?"]


def test_the_conversation_of_version_0_1_0_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    folder = tmp_path / "conversations"
    newer = Conversation(answers(), folder)
    newer.ask(FIRST)
    (tmp_path / "chat.json").write_text("[]")
    assert Conversation.resume(answers(), folder).id == newer.id


def test_several_conversations_do_not_overwrite_each_other(tmp_path: Path) -> None:
    one, other = (Conversation(answers(), tmp_path) for _ in range(2))
    one.ask("What is one?")
    other.ask("What is other?")
    one.ask("What is more of one?")
    assert one.id != other.id
    for conversation, count in ((one, 2), (other, 1)):
        resumed = Conversation.resume(answers(), tmp_path, id=conversation.id)
        assert resumed.turns == conversation.turns
        assert len(resumed.turns) == count
    assert Conversation.resume(answers(), tmp_path).id == one.id, "the last turn was there"


def test_one_conversation_in_several_threads_loses_no_turn(tmp_path: Path) -> None:
    Conversation(answers(), tmp_path, id="shared").ask("What is first?")
    # Each has a file and a lock of its own, as two processes would.
    shared = [Conversation.resume(answers(), tmp_path, id="shared") for _ in range(4)]
    questions = [f"What is {number}?" for number in range(20)]
    with ThreadPoolExecutor(len(shared)) as pool:
        work = [
            pool.submit(shared[number % len(shared)].ask, question)
            for number, question in enumerate(questions)
        ]
        for job in work:
            job.result()
    turns = Conversation.resume(answers(), tmp_path, id="shared").turns
    assert sorted(turn.question for turn in turns) == sorted(["What is first?", *questions])


def test_the_excerpts_of_an_answer_are_shown_to_the_next_question(tmp_path: Path) -> None:
    answerer = answers()
    conversation = Conversation(answerer, tmp_path)
    for _ in range(3):
        conversation.ask(FIRST)
    assert answerer.shown == [(), (chunk(1),), (chunk(2),)]


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no conversation"):
        Conversation.resume(answers(), tmp_path)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        Conversation.resume(answers(), tmp_path)


def test_a_condensation_that_the_journal_holds_is_not_asked_for_again(tmp_path: Path) -> None:
    for reply in ("How much did the Saturn V weigh?", "Another reply?"):
        answerer = answers(reply)
        answerer.calls = ModelCalls(answerer.model, Journal(tmp_path / "journal.sqlite"))
        conversation = Conversation(answerer, tmp_path / "conversations")
        conversation.ask(FIRST)
        conversation.ask("How much did it weigh?")
        assert answerer.asked[-1] == "How much did the Saturn V weigh?"


def test_faithful_keeps_the_words_and_adds_only_what_was_said() -> None:
    turns = [Turn("Who was Collins?", "Who was Michael Collins?", "An astronaut.")]
    assert is_faithful("Where was Michael Collins born?", "Where was he born?", turns, ENGLISH)
    assert not is_faithful("Where was Neil Armstrong born?", "Where was he born?", turns, ENGLISH)
    assert not is_faithful("Who was Michael Collins?", "Where was he born?", turns, ENGLISH)


def test_the_subject_is_the_names_or_else_the_words() -> None:
    named = Turn("", "When did the Saturn V fly to Houston?", "")
    plain = Turn("", "How long are signed minutes kept?", "")
    assert with_subject("And why?", named, ENGLISH) == "And why (Saturn V, Houston)?"
    assert (
        with_subject("Where are they?", plain, ENGLISH)
        == "Where are they (long, signed, minutes, kept)?"
    )


@pytest.mark.parametrize(
    ("first", "question", "standalone"),
    [
        (
            "When does the certificate of boiler A expire?",
            "And boiler B?",
            "And boiler B (certificate, expire)?",
        ),
        (
            "What is the rent in the Tolland Lease?",
            "And what does the Works Handbook say about fire drills?",
            "And what does the Works Handbook say about fire drills?",
        ),
        (
            "What is the rent in the Tolland Lease?",
            "How long does it run?",
            "How long does it run (Tolland Lease)?",
        ),
    ],
)
def test_a_question_that_names_another_subject_does_not_get_the_one_before(
    first: str, question: str, standalone: str
) -> None:
    assert with_subject(question, Turn(first, first, ""), ENGLISH) == standalone


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
    assert order_excerpts([chunk(n) for n in found], [chunk(n) for n in shown]) == [
        chunk(n) for n in read
    ]


def test_a_follow_up_on_the_same_excerpts_reads_only_what_is_new(sample: str) -> None:
    settings = {
        "answering.style": "prose",
        "answering.context_tokens": 500,
        "answering.max_tokens": 8,
        "backend.parallel": 1,
    }
    with Library(sample, config=load_config(environment={}, overrides=settings).config) as library:
        conversation = library.chat()
        first = conversation.ask("How long can the emergency generator run on a full tank?")
        second = conversation.ask("For how long can the emergency generator run on a full tank?")
    assert first.timings.prompt_tokens > 300
    assert second.timings.cached_prompt_tokens > 0.8 * second.timings.prompt_tokens


@pytest.mark.parametrize(
    ("code", "before", "correction", "asked"),
    [
        ("en", "When is boiler A checked?", "No, I meant boiler B.", "boiler B"),
        ("en", "When is boiler A checked?", "No, the other one.", "No, the other one"),
        ("de", "Wann wird Kessel A geprüft?", "Nein, ich meinte Kessel B.", "Kessel B"),
        ("es", "¿Cuándo se revisa la caldera A?", "No, me refería a la caldera B.", "la caldera B"),
        ("fr", "Quand la chaudière A est-elle vérifiée ?", "Non, je voulais dire la B.", "la B"),
        ("zh", "锅炉甲什么时候检查？", "不是，我指的是锅炉乙。", "锅炉乙"),
        ("ja", "ボイラーAの点検はいつですか？", "いいえ、ボイラーBです。", "ボイラーBです"),
    ],
)
def test_a_correction_asks_the_question_before_again(
    tmp_path: Path, code: str, before: str, correction: str, asked: str
) -> None:
    answerer = answers("")
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(before)
    conversation.ask(correction)
    *_, last = answerer.asked
    assert last == with_correction(before, correction, language(code))
    assert f"({asked})" in last
    assert last.startswith(before.rstrip("?？ "))


def test_a_question_that_begins_with_no_is_no_correction(tmp_path: Path) -> None:
    answerer = answers("")
    conversation = Conversation(answerer, tmp_path)
    conversation.ask(FIRST)
    conversation.ask("No smoking signs are where in Berlin?")
    assert answerer.asked[-1] == "No smoking signs are where in Berlin?"


def test_earlier_answers_are_no_evidence(tmp_path: Path) -> None:
    model = Scripted(answer=lambda prompt: "The bridge is 90 metres long [1].")
    text = "The bridge was opened in 1932."
    hit = Hit(Chunk("a.md", "Bridge", 1, None, 0, len(text), text), 0.7, 0.7, 5.0)
    searcher = FixedSearcher([hit], FolderEmbedder.open(Embedding()))
    conversation = Conversation(Answerer(searcher, model, Answering()), tmp_path)
    conversation.turns = [
        Turn("How long is the bridge?", "How long is it?", "It is 90 metres long.")
    ]
    answer = conversation.ask("How long is the bridge in metres?")
    assert answer.kind == "declined"
    assert "90 metres" not in str(model.asked[-1].messages[-1].content)
