"""`AsyncLibrary`: the verbs of a library for a program with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from threading import Event
from typing import Self, TypeVar

from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig

from quoth.collection import Scope
from quoth.errors import UsageError
from quoth.library.arguments import AnyPath
from quoth.library.cards import library_html
from quoth.library.collections import DEFAULT_COLLECTION
from quoth.library.library import Library
from quoth.library.stopping import Halt, Stopper
from quoth.summarize import Summary
from quoth.types import Answer, Hit, Progress, Report, Tags

Result = TypeVar("Result")

_READERS = 8
"""The most searches and other short calls at once."""
_ANSWERERS = 16
"""The most answers and summaries at once, which wait for each other at the model."""
_END = object()


class AsyncLibrary:
    """A `Library` for coroutines: every verb is awaited, and the event loop is never blocked.

    `library` is a library, or the name of a collection. Any number of tasks may use it at once:
    answers do not hold up searches, and what writes to the collection waits for its turn. Several
    event loops may share one library by an `AsyncLibrary` each.

    A task that is cancelled goes on at once, and its work ends soon after: an answer at the next
    token, a summary as well, an ingestion after the current file. What was finished is kept.

    A library that was passed is left open by `close`; one that was made here is closed.

    >>> import asyncio
    >>> async def main() -> Answer:
    ...     async with AsyncLibrary("contracts") as library:
    ...         await library.ingest("contracts/")
    ...         return await library.ask("How much is the deposit?")
    >>> asyncio.run(main()).phrase
    '4,500 crowns'
    """

    def __init__(self, library: Library | str = DEFAULT_COLLECTION) -> None:
        self._owned = isinstance(library, str)
        if not isinstance(library, Library | str):
            expected = "a `Library`, or the name of a collection"
            raise UsageError.of_argument("library", expected=expected, came=library)
        self.library = Library(library) if isinstance(library, str) else library
        self._readers = ThreadPoolExecutor(_READERS, "quoth-reader")
        self._answerers = ThreadPoolExecutor(_ANSWERERS, "quoth-answerer")
        self._writer = ThreadPoolExecutor(1, "quoth-writer")
        self._at_work: set[Event] = set()

    def __repr__(self) -> str:
        return f"<AsyncLibrary over {self.library!r}>"

    def _repr_html_(self) -> str:
        return library_html(self.library)

    async def ingest(
        self,
        *paths: AnyPath,
        passwords: Sequence[str] = (),
        retry: bool = False,
        allow_empty: bool = False,
        tags: Tags | None = None,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Read files and folders into the collection; see `Library.ingest`.

        `progress` is called from a thread.
        """
        return await self._perform(
            self._writer,
            lambda stopper: self.library.ingest(
                *paths,
                passwords=passwords,
                retry=retry,
                allow_empty=allow_empty,
                tags=tags,
                progress=stopper.progress(progress),
                wait_seconds=wait_seconds,
            ),
        )

    async def add(
        self,
        documents: Iterable[Document],
        *,
        ids: Sequence[str | None] | None = None,
        replace: bool = False,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Add LangChain documents with their metadata; see `Library.add`.

        `progress` is called from a thread.
        """
        return await self._perform(
            self._writer,
            lambda stopper: self.library.add(
                documents,
                ids=ids,
                replace=replace,
                progress=stopper.progress(progress),
                wait_seconds=wait_seconds,
            ),
        )

    async def search(
        self, question: str, *, k: int | None = None, scope: Scope | None = None
    ) -> list[Hit]:
        """Return the `k` chunks that fit a question best; see `Library.search`."""
        return await self.run(lambda library: library.search(question, k=k, scope=scope))

    async def ask(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        config: RunnableConfig | None = None,
    ) -> Answer:
        """Return an answer with checked citations; see `Library.ask`."""
        parts = [part async for part in self.stream(question, scope=scope, config=config)]
        answer = parts[-1]
        assert isinstance(answer, Answer)
        return answer

    async def stream(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        config: RunnableConfig | None = None,
    ) -> AsyncIterator[str | Answer]:
        """Yield the text of an answer as it is written, and at the end the whole `Answer`."""
        parts: asyncio.Queue[object] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def tell(part: object) -> None:
            with suppress(RuntimeError):  # the loop is closed, and nobody listens
                loop.call_soon_threadsafe(parts.put_nowait, part)

        def work(stopper: Stopper) -> None:
            written = self.library.stream(question, scope=scope, config=stopper.config(config))
            for part in written:
                if stopper.stopped:
                    return
                tell(part)

        working = asyncio.ensure_future(self._perform(self._answerers, work))
        working.add_done_callback(lambda _: parts.put_nowait(_END))
        try:
            while (part := await parts.get()) is not _END:
                assert isinstance(part, str | Answer)
                yield part
            await working
        finally:
            working.cancel()

    async def summarize(
        self,
        *paths: AnyPath,
        query: str = "",
        length: str | int = "",
        together: bool = False,
        config: RunnableConfig | None = None,
    ) -> list[Summary]:
        """Return a summary of each document, or one of all; see `Library.summarize`."""
        return await self._perform(
            self._answerers,
            lambda stopper: self.library.summarize(
                *paths,
                query=query,
                length=length,
                together=together,
                config=stopper.config(config),
                monitor=stopper,
            ),
        )

    async def run(self, call: Callable[[Library], Result]) -> Result:
        """Return the result of another call of the library, such as `Library.documents`.

        It is made in a thread, among the searches, and is not stopped when the task is cancelled.
        """
        return await self._perform(self._readers, lambda _: call(self.library))

    async def close(self) -> None:
        """Stop all work, wait for its threads to end, and close a library that was made here."""
        for stop in tuple(self._at_work):
            stop.set()
        await asyncio.to_thread(self._shut_down)

    def _shut_down(self) -> None:
        for pool in (self._readers, self._answerers, self._writer):
            pool.shutdown(cancel_futures=True)
        if self._owned:
            self.library.close()

    async def _perform(self, pool: ThreadPoolExecutor, call: Callable[[Stopper], Result]) -> Result:
        """Return the result of a call in a thread; once nobody awaits it, it is stopped."""
        stop = Event()
        self._at_work.add(stop)
        future: Future[Result] = pool.submit(copy_context().run, call, Stopper(stop))
        future.add_done_callback(lambda _: self._at_work.discard(stop))
        try:
            return await asyncio.wrap_future(future)
        except Halt as halt:  # by `close`
            raise asyncio.CancelledError from halt
        finally:
            stop.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
