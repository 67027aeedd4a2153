"""From a generator on a thread to an asynchronous stream, which stops it when it is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import aclosing, closing
from threading import Event, Thread
from typing import TypeVar

from quoth.server.streams import EventStream

Item = TypeVar("Item")
Make = Callable[[Callable[[], bool]], Generator[Item, None, None]]
"""Makes the generator, given a function that tells whether it is still wanted."""


async def relay(make: Make[Item], *, gone: Callable[[], bool]) -> AsyncIterator[Item]:
    """Yield what a generator yields on a thread of its own.

    The function that it is given is true once the stream was left, or `gone` is true. An error of
    the generator is raised here.
    """
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[Item | None, BaseException | None]] = asyncio.Queue()
    left = Event()

    def put(item: Item | None, error: BaseException | None = None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(waiting.put_nowait, (item, error))

    def run() -> None:
        try:
            with closing(make(lambda: left.is_set() or gone())) as items:
                for item in items:
                    if left.is_set():
                        return
                    put(item)
            put(None)
        except BaseException as error:
            put(None, error)

    Thread(target=run, name="relay", daemon=True).start()
    try:
        while True:
            item, error = await waiting.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        left.set()


async def begin_stream(events: AsyncIterator[bytes]) -> EventStream:
    """Return a stream once its first event is there; an error before it is an answer of its own."""
    first = await anext(events)

    async def all_events() -> AsyncIterator[bytes]:
        async with aclosing(events):  # type: ignore[type-var]
            yield first
            async for event in events:
                yield event

    return EventStream(all_events())
