"""The performance of operations on threads of the server: queued, cancelled, and resumed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

from quoth.errors import CancelledError, QuothError
from quoth.library import JOB, Ticket, WorkQueue
from quoth.server.events import END, EventLog
from quoth.server.failures import failure_json
from quoth.server.operations import PREFIXES, Operation, Operations

_log = logging.getLogger("quoth.server")


class Performance:
    """One operation at work: it tells events, and hears that it was cancelled."""

    def __init__(self, operation: Operation, events: EventLog) -> None:
        self.operation = operation
        self.stop = Event()
        self.reason = "It was cancelled."
        self._events = events

    def tell(self, name: str, data: Any) -> None:
        """Write an event."""
        self._events.append(self.operation.id, name, data)

    def check(self) -> None:
        """Raise `CancelledError` if the operation was cancelled."""
        if self.stop.is_set():
            raise CancelledError(self.reason)


Perform = Callable[[Performance], Any]
"""Performs an operation, and returns its result as JSON values."""


class Performers:
    """Performs operations, each on a thread of its own once its turn has come."""

    def __init__(
        self,
        operations: Operations,
        events: EventLog,
        *,
        performs: Mapping[str, Perform],
        queue: WorkQueue,
    ) -> None:
        self._operations = operations
        self._events = events
        self._performs = performs
        self._queue = queue
        self._lock = Lock()
        self._running: dict[str, tuple[Performance, Thread]] = {}
        self._tickets: dict[str, Ticket] = {}
        self._closing = False

    def submit(self, make: Callable[[], Operation], kind: str) -> Operation:
        """Return a new operation, which is performed in its turn.

        Raises `QueueFullError` when the queue is full; then nothing is made.
        """
        ticket = self._queue.enter(_line_of(kind))
        try:
            operation = make()
        except BaseException:
            ticket.leave()
            raise
        self._begin(operation, ticket)
        return operation

    def place_of(self, id: str) -> int:
        """Return the number of operations that wait ahead of this one."""
        with self._lock:
            ticket = self._tickets.get(id)
        return ticket.place if ticket else 0

    def resume(self) -> None:
        """Go on with what the server had not finished when it ended, in the same order."""
        self._events.fold()
        for operation in self._operations.unfinished():
            if operation.attempt:
                repeated = (
                    "the calls in flight" if _line_of(operation.kind) else "the whole question"
                )
                self._events.append(
                    operation.id,
                    "interrupted",
                    {
                        "reason": "The server ended.",
                        "attempt": operation.attempt,
                        "repeated": repeated,
                    },
                )
            self._begin(operation, self._queue.enter(_line_of(operation.kind), even_if_full=True))

    def cancel(self, id: str, *, reason: str = "It was cancelled.") -> None:
        """Cancel an operation; one that is finished stays as it is."""
        with self._lock:
            running = self._running.get(id)
        if running:
            running[0].reason = reason
            running[0].stop.set()

    def cancel_all(self, collection: str, *, reason: str) -> None:
        """Cancel what is at work on a collection."""
        with self._lock:
            ids = [
                id
                for id, (performance, _) in self._running.items()
                if performance.operation.collection == collection
            ]
        for id in ids:
            self.cancel(id, reason=reason)

    def wait(self, id: str) -> None:
        """Wait until an operation is finished."""
        with self._lock:
            running = self._running.get(id)
        if running:
            running[1].join()

    def close(self, *, seconds: float = 2.0) -> None:
        """Stop the work; the next server resumes it."""
        self._closing = True
        with self._lock:
            running = list(self._running.values())
        for performance, _ in running:
            performance.stop.set()
        for _, thread in running:
            thread.join(seconds)

    def _begin(self, operation: Operation, ticket: Ticket) -> None:
        performance = Performance(operation, self._events)
        thread = Thread(
            target=self._perform, args=(performance, ticket), name=operation.id, daemon=True
        )
        with self._lock:
            self._running[operation.id] = (performance, thread)
            self._tickets[operation.id] = ticket
        thread.start()

    def _perform(self, performance: Performance, ticket: Ticket) -> None:
        id = performance.operation.id
        try:
            ticket.wait(
                stopped=performance.stop.is_set,
                tell=lambda place: performance.tell("queued", {"place": place}),
            )
            performance.operation = self._operations.start(id)
            performance.tell("running", {"attempt": performance.operation.attempt})
            result = self._performs[performance.operation.kind](performance)
            self._operations.finish(id, "done", result=result)
            self._events.append(id, END, {"state": "done"})
        except Exception as error:
            self._fail(performance, error)
        finally:
            ticket.leave()
            with self._lock:
                self._running.pop(id, None)
                self._tickets.pop(id, None)

    def _fail(self, performance: Performance, error: Exception) -> None:
        """Record the error that ended an operation, unless the server ends and resumes it later."""
        if self._closing:
            return
        if not isinstance(error, QuothError):
            _log.error("%s: %s", type(error).__name__, error, exc_info=error)
        stopped = performance.stop.is_set()
        state = "cancelled" if stopped else "failed"
        body = failure_json(CancelledError(performance.reason) if stopped else error)
        id = performance.operation.id
        with suppress(QuothError):  # the disk may be full, or the operation deleted
            self._operations.finish(id, "cancelled" if stopped else "failed", error=body["error"])
            self._events.append(id, "error", body)
            self._events.append(id, END, {"state": state})


def _line_of(kind: str) -> str:
    """Return what an operation is in the queue."""
    return "" if kind in PREFIXES else JOB
