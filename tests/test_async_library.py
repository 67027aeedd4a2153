"""A library for coroutines: many tasks at once, a loop that goes on, work that can be stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from quoth import Answer, AsyncLibrary, Library, Scope
from quoth.errors import UsageError
from quoth.models import Piece, Request
from quoth.types import Timings
from scripted_model import Scripted

BOILER = "The boiler was inspected in May. It holds 300 litres."
ROOF = "The roof was mended in June. It has 900 slates."
QUESTIONS = ("When was the boiler inspected?", "When was the roof mended?")
DEADLINE = 10.0


class Slow(Scripted):
    """Writes a word at a time, for as long as it is let; `written` counts the words."""

    words: int = 400
    written: int = 0
    ended: bool = False

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        try:
            for _ in range(self.words):
                time.sleep(0.005)
                self.written += 1
                yield Piece(text="word ")
            timings = Timings(prompt_tokens=9, generated_tokens=self.words)
            yield Piece(timings=timings, finish="stop")
        finally:
            self.ended = True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "boiler.txt").write_text(BOILER)
    (folder / "roof.txt").write_text(ROOF)
    return folder


def quote(prompt: str) -> str:
    """Answer from the excerpt that the question is about."""
    asked = prompt.rpartition("Question:")[2] or prompt
    return f"“{BOILER if 'boiler' in asked else ROOF}”"


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    model = Scripted(answer=quote)
    with Library(home=tmp_path / "home", model=model, embedder=BagEmbedder()) as library:
        library.ingest(folder)
        yield library


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that a thread does; fail after a while."""
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


async def listen(library: AsyncLibrary) -> None:
    async for _ in library.stream(QUESTIONS[0]):
        pass


async def test_tasks_ask_at_once_and_each_has_its_answer(library: Library) -> None:
    async with AsyncLibrary(library) as asynchronous:
        answers = await asyncio.gather(*(asynchronous.ask(one) for one in QUESTIONS * 8))
        hits = await asyncio.gather(*(asynchronous.search(one, k=1) for one in QUESTIONS * 8))
    expected = [library.ask(question).text for question in QUESTIONS] * 8
    assert [answer.text for answer in answers] == expected
    assert len(set(expected)) == 2
    names = [Path(hit.chunk.source).name for (hit,) in hits]
    assert names == ["boiler.txt", "roof.txt"] * 8


async def test_documents_and_files_are_written_in_turn(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "gate.txt"
    file.write_text("The gate was painted in July.")
    pages = [Document("The well is 9 metres deep.", metadata={"source": "well.txt"})]
    async with AsyncLibrary(library) as asynchronous:
        added, _, again = await asyncio.gather(
            asynchronous.add(pages), asynchronous.ingest(file), asynchronous.add(pages)
        )
        (hit,) = await asynchronous.search("How deep is the well?", k=1)
    assert [len(report.done) for report in (added, again)] == [1, 0]
    assert hit.chunk.source == "well.txt"


async def test_an_answer_is_streamed_as_the_library_streams_it(library: Library) -> None:
    scope = Scope.read(documents="roof.txt")
    async with AsyncLibrary(library) as asynchronous:
        events = [event async for event in asynchronous.stream(QUESTIONS[1], scope=scope)]
    *texts, answer = events
    assert texts == [*library.stream(QUESTIONS[1], scope=scope)][:-1]
    assert isinstance(answer, Answer)
    assert {Path(one.source).name for one in answer.citations} == {"roof.txt"}


async def test_the_loop_goes_on_while_a_model_is_slow(tmp_path: Path, folder: Path) -> None:
    slow = Slow(words=60)
    async with AsyncLibrary(
        Library(home=tmp_path / "home", model=slow, embedder=BagEmbedder())
    ) as asynchronous:
        await asynchronous.ingest(folder)
        asking = asyncio.create_task(asynchronous.ask(QUESTIONS[0]))
        ticks = 0
        while not asking.done():
            ticks += 1
            await asyncio.sleep(0.005)
        assert ticks > 10
        assert (await asking).model == "scripted:test"


async def test_a_task_that_is_cancelled_stops_the_model(tmp_path: Path, folder: Path) -> None:
    slow = Slow(words=100_000, window=1_000_000)
    library = Library(home=tmp_path / "home", model=slow, embedder=BagEmbedder())
    async with AsyncLibrary(library) as asynchronous:
        await asynchronous.ingest(folder)
        for work in (asynchronous.ask(QUESTIONS[0]), asynchronous.summarize(folder / "roof.txt")):
            slow.written, slow.ended = 0, False
            task = asyncio.create_task(work)
            await until(lambda: slow.written > 3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: slow.ended)
            assert slow.written < 100
    library.close()


async def test_a_stream_that_is_left_stops_the_model(tmp_path: Path, folder: Path) -> None:
    slow = Slow(words=100_000, window=1_000_000)
    async with AsyncLibrary(
        Library(home=tmp_path / "home", model=slow, embedder=BagEmbedder())
    ) as asynchronous:
        await asynchronous.ingest(folder)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await listen(asynchronous)
        await until(lambda: slow.ended)


async def test_an_ingestion_that_is_cancelled_keeps_what_was_read_and_goes_on(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.txt").write_text(f"Boiler {number} was inspected in May.")
    library = Library(home=tmp_path / "home", embedder=BagEmbedder())
    async with AsyncLibrary(library) as asynchronous:
        begun = threading.Event()

        def tell(finished: int, total: int, name: str) -> None:
            begun.set()
            time.sleep(0.02)

        ingesting = asyncio.create_task(asynchronous.ingest(folder, progress=tell))
        await until(begun.is_set)
        ingesting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ingesting
        report = await asynchronous.ingest(folder)  # it waits until the first has stopped
        assert not report.failed
        assert len(library.documents()) == 30
        assert not (await asynchronous.run(Library.verify)).problems
    library.close()


async def test_what_writes_waits_for_its_turn(tmp_path: Path, folder: Path) -> None:
    library = Library(home=tmp_path / "home", embedder=BagEmbedder())
    async with AsyncLibrary(library) as asynchronous:
        reports = await asyncio.gather(*(asynchronous.ingest(folder) for _ in range(4)))
    assert [len(report.done) for report in reports] == [2, 0, 0, 0]
    library.close()


async def test_closing_ends_all_work(tmp_path: Path, folder: Path) -> None:
    slow = Slow(words=100_000, window=1_000_000)
    library = Library(home=tmp_path / "home", model=slow, embedder=BagEmbedder())
    library.ingest(folder)
    asynchronous = AsyncLibrary(library)
    asking = [asyncio.create_task(asynchronous.ask(f"{QUESTIONS[0]} {n}?")) for n in range(20)]
    await until(lambda: slow.written > 3)
    await asynchronous.close()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(one) for one in ended} == {asyncio.CancelledError}
    assert library.search(QUESTIONS[0]), "a library that was passed stays open"
    library.close()


async def test_errors_callbacks_and_context_pass_through(library: Library) -> None:
    seen: list[str] = []
    task_name: ContextVar[str] = ContextVar("task_name", default="none")

    class Listener(BaseCallbackHandler):
        def on_chat_model_start(self, *_: Any, **__: Any) -> None:
            seen.append(task_name.get())

    async with AsyncLibrary(library) as asynchronous:
        with pytest.raises(UsageError, match="The question is empty"):
            await asynchronous.ask("  ")
        with pytest.raises(UsageError, match="nothing to ingest"):
            await asynchronous.ingest()
        task_name.set("this one")
        await asynchronous.ask(QUESTIONS[0], config={"callbacks": [Listener()]})
        assert seen == ["this one"]
        (summary,) = await asynchronous.summarize(*(library.documents()[0].path,))
        assert summary.text


def test_loops_of_several_threads_share_a_library(library: Library) -> None:
    texts: list[str] = []

    async def ask() -> None:
        async with AsyncLibrary(library) as asynchronous:
            texts.append((await asynchronous.ask(QUESTIONS[0])).text)

    threads = [threading.Thread(target=asyncio.run, args=(ask(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert texts == [library.ask(QUESTIONS[0]).text] * 4


async def test_a_collection_is_opened_by_name_and_closed(folder: Path) -> None:
    async with AsyncLibrary("by-name") as asynchronous:
        assert asynchronous.library.collection == "by-name"
        made = asynchronous.library
        assert made.store.chunk_count() == 0
    assert made.made == {}
