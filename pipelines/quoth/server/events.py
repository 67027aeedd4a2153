"""The events of operations: numbered, on the disk, and followed by any number of readers."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

from quoth.server.state import now
from quoth.server.streams import encode_event
from quoth.system import Database

END = "end"
"""The name of the last event."""
PROMPT = "prompt"
"""The name of the event with the exact prompt of an answer."""
PROGRESS = "progress"
"""The name of an event that the next one of its name makes obsolete."""

_LASTING = (END, "answer", "error", "response.completed", "response.incomplete")
"""The events that tell how an operation ended."""
_FOLDING = 100
"""How many events, or operations, come between two foldings."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of an operation; `number` rises by one from 1."""

    number: int
    name: str
    data: Any
    at: float

    def encode(self) -> bytes:
        """Return the event as a server-sent one."""
        return encode_event(self.data, name=self.name, number=self.number)


class EventLog:
    """Writes events, and wakes those who follow an operation. Any thread may write.

    The log does not grow without bound: an operation keeps its latest progress, and beyond the
    latest `kept` operations those that are finished keep the events that tell their end.
    """

    def __init__(self, database: Database, *, kept: int = 1000) -> None:
        self._database = database
        self._kept = kept
        self._loop: asyncio.AbstractEventLoop | None = None
        self._followers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._lock = Lock()
        self._closed = False
        self._ended = 0

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake followers in this event loop."""
        self._loop = loop

    def close(self) -> None:
        """End all streams; the events stay."""
        self._closed = True
        for operation in list(self._followers):
            self._wake(operation)

    def append(self, operation: str, name: str, data: Any) -> None:
        """Write the next event of an operation."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                """INSERT INTO events SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4
                   FROM events WHERE operation = ?1 RETURNING number""",
                (operation, name, json.dumps(data, ensure_ascii=True), now()),
            )
            ((number,),) = rows.fetchall()
            if name == PROGRESS and number % _FOLDING == 0:
                connection.execute(
                    "DELETE FROM events WHERE operation = ? AND name = ? AND number <= ?",
                    (operation, PROGRESS, number - _FOLDING),
                )
        self._wake(operation)
        if name == END:
            self._ended += 1
            if self._ended % _FOLDING == 0:
                self.fold()

    def fold(self) -> None:
        """Leave only the end of the operations that are finished, beyond the latest ones."""
        with self._database.transaction() as connection:
            connection.execute(
                """DELETE FROM events
                   WHERE name NOT IN (SELECT value FROM json_each(?)) AND operation IN (
                       SELECT id FROM operations WHERE state NOT IN ('queued', 'running')
                       ORDER BY rank DESC LIMIT -1 OFFSET ?)""",
                (json.dumps(_LASTING), self._kept),
            )

    def read(self, operation: str, *, after: int = 0) -> list[Event]:
        """Return the events of an operation after a number, in order."""
        rows = self._database.read(
            """SELECT number, name, data, at FROM events
               WHERE operation = ? AND number > ? ORDER BY number""",
            (operation, after),
        )
        return [Event(number, name, json.loads(data), at) for number, name, data, at in rows]

    async def follow(self, operation: str, *, after: int = 0) -> AsyncIterator[Event]:
        """Yield the events after a number: those on the disk, then those to come, to the last."""
        woken = asyncio.Event()
        with self._lock:
            self._followers[operation].add(woken)
        try:
            while not self._closed:
                woken.clear()
                for event in self.read(operation, after=after):
                    after = event.number
                    yield event
                    if event.name == END:
                        return
                await woken.wait()
        finally:
            with self._lock:
                self._followers[operation].discard(woken)
                if not self._followers[operation]:
                    del self._followers[operation]

    def _wake(self, operation: str) -> None:
        with self._lock:
            followers = list(self._followers.get(operation, ()))
        if self._loop is None or self._loop.is_closed():
            return
        for follower in followers:
            self._loop.call_soon_threadsafe(follower.set)
