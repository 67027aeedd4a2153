from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage
from quoth.errors import BackendUnavailableError, GenerationError
from quoth.journal import Journal
from quoth.models import Call, ChatRequest, ModelCalls, Piece, Request
from quoth.types import Timings
from scripted_model import Scripted

LONG = " ".join(f"Sentence {n} says {n * 7}." for n in range(80))


def asking(text: str = "What is tea?", **options: object) -> ChatRequest:
    return ChatRequest((HumanMessage(text),), max_tokens=500, **options)  # type: ignore[arg-type]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def saying(text: str) -> Scripted:
    return Scripted(answer=lambda _: text)


class Broken(Scripted):
    """Breaks off in the middle of its first `failures` answers."""

    failures: int = 1

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        for piece in super().generate_pieces(request):
            if piece.timings is not None and len(self.asked) <= self.failures:
                raise BackendUnavailableError("It broke off.", retryable=True)
            yield piece


class Thinking(Scripted):
    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        yield Piece(thinking="Tea is a plant.")
        yield from super().generate_pieces(request)


def test_a_call_is_made_once_and_then_answered_by_the_journal(journal: Journal) -> None:
    calls = ModelCalls(saying("A drink."), journal)
    first, second = calls.call(asking()), calls.call(asking())
    assert (first.text, first.finish, first.cached) == ("A drink.", "stop", False)
    assert (second.text, second.finish, second.cached) == ("A drink.", "stop", True)
    assert second.timings == first.timings != Timings()
    assert calls.lookup(asking()) == second
    assert calls.lookup(asking("What is coffee?")) is None


def test_without_a_journal_every_call_is_made() -> None:
    model = saying("A drink.")
    calls = ModelCalls(model)
    assert [calls.call(asking()).cached for _ in range(2)] == [False, False]
    assert len(model.asked) == 2
    assert calls.lookup(asking()) is None


def test_a_stream_gives_the_text_as_it_comes_and_then_the_call(journal: Journal) -> None:
    calls = ModelCalls(saying(LONG), journal)
    *texts, call = calls.stream(asking())
    assert len(texts) > 3
    assert "".join(map(str, texts)) == LONG
    assert isinstance(call, Call)
    assert (call.text, call.cached) == (LONG, False)
    text, again = calls.stream(asking())
    assert text == LONG
    assert isinstance(again, Call)
    assert again.cached
    assert calls.call(asking()).cached


def test_a_stream_that_is_abandoned_leaves_nothing(journal: Journal) -> None:
    model = saying(LONG)
    calls = ModelCalls(model, journal)
    stream = calls.stream(asking())
    next(stream)
    stream.close()
    assert journal.stats().calls == 0
    assert len(journal.in_flight) == 0
    assert not calls.call(asking()).cached


def test_two_streams_of_one_call_in_one_thread_do_not_wait_for_each_other(
    journal: Journal,
) -> None:
    calls = ModelCalls(saying(LONG), journal)
    first, second = calls.stream(asking()), calls.stream(asking())
    next(first)
    assert next(second)
    for stream in (first, second):
        *_, call = stream
        assert isinstance(call, Call)
        assert call.text == LONG


def test_the_same_call_in_flight_twice_is_made_once(journal: Journal) -> None:
    model = Scripted(seconds=0.2)
    calls = ModelCalls(model, journal)
    answers: list[Call] = []
    threads = [
        threading.Thread(target=lambda: answers.append(calls.call(asking()))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(model.asked) == 1
    assert sorted(answer.cached for answer in answers) == [False, True, True, True]
    assert len({answer.text for answer in answers}) == 1
    assert len(journal.in_flight) == 0


def test_a_call_waits_for_a_stream_that_another_thread_reads(journal: Journal) -> None:
    model = saying(LONG)
    calls = ModelCalls(model, journal)
    stream = calls.stream(asking())
    next(stream)
    answers: list[Call] = []
    waiting = threading.Thread(target=lambda: answers.append(calls.call(asking())))
    waiting.start()
    [*_, call] = stream
    waiting.join()
    assert answers[0].cached
    assert isinstance(call, Call)
    assert answers[0].text == call.text
    assert len(model.asked) == 1


def test_a_call_that_fails_is_not_recorded_and_frees_those_that_wait(journal: Journal) -> None:
    def fail(prompt: str) -> str:
        raise GenerationError("It cannot.", retryable=False)

    calls = ModelCalls(Scripted(answer=fail), journal)
    for _ in range(2):
        with pytest.raises(GenerationError, match="It cannot"):
            calls.call(asking())
    assert journal.stats().calls == 0
    assert len(journal.in_flight) == 0


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    model = Broken(answer=lambda _: "A drink.", failures=1)
    assert ModelCalls(model).call(asking()).text == "A drink."
    assert len(model.asked) == 2


def test_a_stream_that_breaks_off_is_an_error_as_its_text_was_seen() -> None:
    model = Broken(answer=lambda _: "A drink.", failures=1)
    stream = ModelCalls(model).stream(asking())
    assert next(stream) == "A drink."
    with pytest.raises(BackendUnavailableError):
        next(stream)
    assert len(model.asked) == 1


def test_the_model_is_asked_inside_the_turn_and_the_journal_outside(journal: Journal) -> None:
    opened: list[str] = []

    @contextmanager
    def turn() -> Iterator[None]:
        opened.append("begin")
        yield
        opened.append("end")

    calls = ModelCalls(saying("A drink."), journal)
    calls.call(asking(), turn=turn)
    calls.call(asking(), turn=turn)
    assert opened == ["begin", "end"]


def test_fresh_asks_again_for_what_was_sampled_only(journal: Journal) -> None:
    calls = ModelCalls(saying("A drink."), journal)
    for temperature, cached in ((0.0, True), (0.7, False)):
        request = asking(temperature=temperature)
        calls.call(request)
        assert calls.call(request, fresh=True).cached is cached


def test_what_changes_the_answer_changes_the_key() -> None:
    calls = ModelCalls(Scripted())
    requests = [
        asking(),
        asking("Another?"),
        asking(temperature=0.5),
        asking(stop=("\n",)),
        asking(json_schema={"type": "object"}),
        asking(grammar='root ::= "a"'),
        asking(enough_words=20),
        asking(stop_after=r"\?"),
        asking(end_loops=False),
    ]
    assert len({calls.identify(request).key for request in requests}) == len(requests)
    same = calls.identify(asking()).key
    assert calls.identify(asking(seed=7)).key == same, "the seed decides nothing at temperature 0"
    assert calls.identify(asking(purpose="test")).key == same
    assert ModelCalls(Scripted(fingerprint="other")).identify(asking()).key != same


def test_a_call_has_the_key_that_older_journals_gave_it() -> None:
    parameters: dict[str, Any] = {
        "json_schema": None,
        "max_tokens": 500,
        "seed": 0,
        "stop": [],
        "temperature": 0.0,
    }
    whole = json.dumps(["scripted", '[["human", "What is tea?"]]', parameters], sort_keys=True)
    key = hashlib.sha256(whole.encode()).hexdigest()
    assert ModelCalls(Scripted()).identify(asking()).key == key


def test_a_journal_of_the_first_layout_goes_on_answering(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    calls = ModelCalls(saying("New."), None)
    identity = calls.identify(asking())
    old = sqlite3.connect(path)
    old.execute(
        "CREATE TABLE calls (key TEXT PRIMARY KEY, at REAL NOT NULL, fingerprint TEXT NOT NULL, "
        "model TEXT NOT NULL, prompt TEXT NOT NULL, parameters TEXT NOT NULL, text TEXT NOT NULL, "
        "finish TEXT NOT NULL, timings TEXT NOT NULL) WITHOUT ROWID"
    )
    row = (identity.key, 1.0, identity.fingerprint, "m", identity.prompt, "{}", "Old.", "stop")
    old.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}')", row)
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    journal = Journal(path)
    call = ModelCalls(saying("New."), journal).call(asking())
    assert (call.text, call.cached) == ("Old.", True)
    assert not ModelCalls(saying("New."), journal).call(asking("Another?")).cached
    assert Journal(path).stats().calls == 2


def test_the_thinking_of_a_model_is_kept_with_its_answer(journal: Journal) -> None:
    calls = ModelCalls(Thinking(answer=lambda _: "A drink."), journal)
    for cached in (False, True):
        *texts, call = calls.stream(asking())
        assert texts == ["A drink."]
        assert isinstance(call, Call)
        assert (call.thinking, call.cached) == ("Tea is a plant.", cached)


def test_the_journal_says_what_calls_were_made_for(journal: Journal) -> None:
    calls = ModelCalls(Scripted(), journal)
    for number, purpose in enumerate(("answer", "summary", "answer")):
        calls.call(asking(str(number), purpose=purpose))
    assert journal.stats().purposes == {"answer": 2, "summary": 1}


def test_callbacks_of_the_caller_see_the_call() -> None:
    class Watching(BaseCallbackHandler):
        def __init__(self) -> None:
            self.tokens: list[str] = []

        def on_llm_new_token(self, token: str | list[str | dict[str, Any]], **kwargs: Any) -> None:
            self.tokens.append(str(token))

    watching = Watching()
    ModelCalls(saying("A drink.")).call(asking(), {"callbacks": [watching]})
    assert "".join(watching.tokens) == "A drink."


# -- where an answer ends early --------------------------------------------------------------


def test_a_loop_is_cut_where_it_begins() -> None:
    text = "Tea is a drink. It is made of leaves. " + "It is made of leaves. " * 50
    call = ModelCalls(saying(text)).call(asking())
    assert (call.text, call.finish) == ("Tea is a drink. It is made of leaves.", "loop")
    kept = ModelCalls(saying(text)).call(asking(end_loops=False))
    assert (kept.text, kept.finish) == (text.strip(), "stop")


@pytest.mark.parametrize("guide", [{"grammar": "root ::= .*"}, {"json_schema": {}}])
def test_a_guided_answer_may_repeat_itself(guide: dict[str, Any]) -> None:
    text = "It is made of leaves. " * 50
    assert ModelCalls(saying(text)).call(asking(**guide)).finish == "stop"


def test_an_answer_with_enough_words_ends_with_its_sentence() -> None:
    call = ModelCalls(saying(LONG)).call(asking(enough_words=50))
    assert call.finish == "enough"
    assert call.text.endswith(".")
    assert 50 <= len(call.text.split()) <= 90


def test_enough_words_are_counted_to_the_end_of_a_sentence_of_their_language() -> None:
    said = "Die Talsperre und der kleine See liegen, z. B. Im Sommer, nicht mehr im Schatten. Ende."
    call = ModelCalls(saying(said)).call(asking(enough_words=8))
    assert call.text.endswith("Schatten.")


def test_an_answer_ends_behind_what_it_is_to_stop_after() -> None:
    stream = ModelCalls(saying(" What is tea made of? " + LONG)).stream(
        asking(stop_after=r"\?|(?=\n)")
    )
    *texts, call = stream
    assert "".join(map(str, texts)) == " What is tea made of?"
    assert isinstance(call, Call)
    assert (call.text, call.finish) == ("What is tea made of?", "stop")


def test_a_backend_that_ignores_the_limit_is_stopped() -> None:
    model = Scripted(answer=lambda _: LONG * 100, obeys=False)
    request = ChatRequest((HumanMessage("Tea?"),), max_tokens=10, end_loops=False)
    call = ModelCalls(model).call(request)
    assert call.finish == "length"
    assert len(call.text) <= 50 * 10 + 200
