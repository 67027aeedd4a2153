"""The line of a worker to its head, which a server of the test's own plays."""

from __future__ import annotations

import asyncio
import pickle
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fleet.engine_first  # noqa: F401  sets Dask up before it is imported
import pytest
from quoth.errors import CollectionError
from quoth.fleet import make_token
from quoth.fleet.line import HEADER, PROTOCOL, HeadGoneError, HeadLine, pack_message
from quoth.fleet.switchboard import Switchboard
from quoth.fleet.token import FleetToken
from quoth.fleet.worker import FleetWorker
from quoth.journal import CallIdentity, Entry

Reply = Callable[[dict[str, Any]], dict[str, Any] | bytes | None]
ENTRY = Entry(CallIdentity("weights", "Why?", {}), "So.", "stop", model="m")


@pytest.fixture
def token(tmp_path: Path) -> FleetToken:
    return make_token(tmp_path / "token")


class Listener:
    """Answers every connection on a thread of its own, as `reply` says.

    Bytes are sent as they are, and `None` closes the connection.
    """

    def __init__(self, token: FleetToken) -> None:
        self.context: ssl.SSLContext = token.security().get_listen_args("scheduler")["ssl_context"]
        self.context.set_alpn_protocols([PROTOCOL])
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"tls://127.0.0.1:{self.listening.getsockname()[1]}"
        self.reply: Reply = lambda _: {}
        self.connections: list[ssl.SSLSocket] = []
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def close(self) -> None:
        with suppress(OSError):  # else the thread would go on waiting
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.drop_all()
        for thread in self.threads:
            thread.join(10)

    def drop_all(self) -> None:
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self.listening.accept()
                connection = self.context.wrap_socket(plain, server_side=True)
                self.connections.append(connection)
                self.threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self.threads[-1].start()

    def _serve(self, connection: ssl.SSLSocket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as reading:
            while header := reading.read(HEADER.size):
                question = pickle.loads(reading.read(HEADER.unpack(header)[0]))
                reply = self.reply(question)
                if reply is None:
                    return
                connection.sendall(reply if isinstance(reply, bytes) else pack_message(reply))


@pytest.fixture
def head(token: FleetToken) -> Iterator[Listener]:
    listener = Listener(token)
    yield listener
    listener.close()


@pytest.fixture
def line(head: Listener, token: FleetToken) -> Iterator[HeadLine]:
    with closing(HeadLine(head.address, token, "tls://127.1.2.3:4", lambda: True)) as made:
        yield made


def test_no_question_is_answered_before_what_another_brings_along_is_kept(
    head: Listener, line: HeadLine
) -> None:
    kept: list[bytes] = []

    def reply(question: dict[str, Any]) -> dict[str, Any]:
        if question["records"]:
            time.sleep(0.3)  # a slow disk
            kept.extend(question["records"])
        return {}

    head.reply = reply
    line.record(ENTRY)
    with ThreadPoolExecutor(1) as thread:
        brings = thread.submit(line.ask, "note")
        time.sleep(0.1)
        line.ask("lookup", key="next")
        assert kept == [pickle.dumps(ENTRY)]
        brings.result()


def test_what_happened_goes_along_once(head: Listener, line: HeadLine) -> None:
    asked: list[dict[str, Any]] = []
    head.reply = lambda question: asked.append(question) or {}  # type: ignore[func-returns-value]
    line.record(ENTRY)
    line.tell("job", "key", "planned", 3)
    assert line.is_due()
    line.ask("begin", job="job")
    assert not line.is_due()
    line.ask("lookup", key="k")
    assert [len(question["records"]) for question in asked] == [1, 0]
    assert asked[0]["events"] == (("job", ("key", "planned", pickle.dumps(3))),)
    assert asked[1]["events"] == ()
    assert asked[1]["jobs"] == ("job",)


def test_an_error_of_the_head_is_raised_and_the_line_goes_on(
    head: Listener, line: HeadLine
) -> None:
    head.reply = lambda _: {"error": CollectionError("No room.", hint="Make some.")}
    with pytest.raises(CollectionError, match="No room") as raised:
        line.ask("lookup", key="k")
    assert raised.value.hint == "Make some."
    head.reply = lambda _: {"stopped": ["job"]}
    line.ask("lookup", key="k")
    assert line.is_stopped("job")
    assert len(head.connections) == 1


def test_a_large_reply_arrives_whole(head: Listener, line: HeadLine) -> None:
    head.reply = lambda question: {"entry": question["values"][::-1]}
    values = bytes(range(256)) * 20_000
    assert line.ask("lookup", values=values)["entry"] == values[::-1]


@pytest.mark.parametrize("broken", [None, HEADER.pack(100) + b"half of it"])
def test_a_connection_that_breaks_is_opened_again(
    head: Listener, line: HeadLine, broken: bytes | None
) -> None:
    asked: list[tuple[int, tuple[bytes, ...]]] = []

    def reply(question: dict[str, Any]) -> dict[str, Any] | bytes | None:
        asked.append((question["number"], question["records"]))
        if len(asked) > 1:
            return {"entry": b"found"}
        if broken is not None:
            threading.Timer(0.1, head.drop_all).start()
        return broken

    head.reply = reply
    line.record(ENTRY)
    assert line.ask("lookup", key="k")["entry"] == b"found"
    assert asked == [(1, (pickle.dumps(ENTRY),))] * 2


def test_an_answer_that_cannot_be_read_is_not_taken_for_the_next(
    head: Listener, line: HeadLine
) -> None:
    head.reply = lambda _: HEADER.pack(3) + b"?!." + pack_message({"entry": b"old"})
    with pytest.raises(pickle.UnpicklingError):
        line.ask("lookup", key="k")
    head.reply = lambda _: {"entry": b"new"}
    assert line.ask("lookup", key="k")["entry"] == b"new"


def test_without_a_head_the_line_ends_when_nobody_wants_it(
    head: Listener, token: FleetToken
) -> None:
    head.close()
    line = HeadLine(head.address, token, "tls://127.1.2.3:4", lambda: False)
    with pytest.raises(HeadGoneError):
        line.ask("note")


@pytest.mark.parametrize("fails", [False, True])
def test_a_question_that_comes_again_is_answered_as_it_was(fails: bool) -> None:
    asked: list[str] = []

    async def answer(key: str, address: str) -> dict[str, Any]:
        asked.append(key)
        await asyncio.sleep(0.05)  # a slow disk
        if fails:
            raise CollectionError(key)
        return {"entry": key}

    async def ask_all() -> list[bytes]:
        board = Switchboard(answer)
        questions = [(1, "x"), (1, "x"), (1, "y"), (2, "x")]
        together = [
            board.reply({"key": f"{number}{address}", "number": number, "address": address})
            for number, address in questions
        ]
        return [*await asyncio.gather(*together)]

    first, again, other, second = asyncio.run(ask_all())
    assert asked == ["1x", "1y", "2x"]
    assert first == again
    assert len({first, other, second}) == 3


def test_a_worker_goes_on_telling_after_an_error_of_the_head(
    head: Listener, line: HeadLine
) -> None:
    """The end of a job's last document has no other question to go along with."""
    replies = iter([{"error": CollectionError("No room.")}])
    told: list[tuple[Any, ...]] = []

    def reply(question: dict[str, Any]) -> dict[str, Any]:
        told.extend(question["events"])
        return next(replies, {})

    async def tell_twice() -> None:
        worker = SimpleNamespace(line=line, leaving_without_head=nullcontext)
        telling = asyncio.create_task(FleetWorker.keep_telling(worker))  # type: ignore[arg-type]
        for key in "ab":
            line.tell("job", key, "finished", None)
            async with asyncio.timeout(10):
                while line.is_due():
                    await asyncio.sleep(0.01)
        telling.cancel()

    head.reply = reply
    asyncio.run(tell_twice())
    assert [key for _, (key, _, _) in told] == ["a", "b"]
