"""Long calls before the model: each in its turn, and going on when its caller stops waiting."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

from quoth.errors import CancelledError, UsageError
from quoth.library import JOB, Ticket, WorkQueue
from quoth.mcp.shapes import WorkShape, WorkState

_KEPT = 200
"""The most finished calls whose results are kept."""
_CLOSING_SECONDS = 2.0


@dataclass(eq=False, slots=True)
class Work:
    """A call: what it does, its place in the queue, how far it is, and its result once it is done.

    `stop` is set when nobody wants the result any more.
    """

    kind: str
    ticket: Ticket
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    stop: Event = field(default_factory=Event)
    done: int = 0
    total: int = 0
    message: str = ""
    future: Future[Any] = field(default_factory=Future)

    def check(self) -> None:
        """Raise `CancelledError` when the call is to stop."""
        if self.stop.is_set():
            raise CancelledError("The call was cancelled.")

    def report(self, done: int, total: int, message: str = "") -> None:
        """Tell how far the call is. Raises `CancelledError` when it is to stop."""
        self.check()
        self.done, self.total, self.message = done, total, message

    @property
    def state(self) -> WorkState:
        """Whether the call waits, runs, or has ended, and how."""
        if not self.future.done():
            return "running" if self.future.running() else "queued"
        if self.future.cancelled() or isinstance(self.future.exception(), CancelledError):
            return "cancelled"
        return "failed" if self.future.exception() else "done"


class Works:
    """The long calls of one server, each on a thread of its own once its turn has come."""

    def __init__(self, queue: WorkQueue) -> None:
        self._queue = queue
        self._works: OrderedDict[str, Work] = OrderedDict()
        self._threads: dict[str, Thread] = {}
        self._lock = Lock()

    def submit(self, kind: str, call: Callable[[Work], Any]) -> Work:
        """Put a call at the end of the queue. Raises `QueueFullError` when it is full."""
        work = Work(kind, self._queue.enter("" if kind == "ask" else JOB))
        thread = Thread(target=self._perform, args=(work, call), name=work.id, daemon=True)
        with self._lock:
            self._works[work.id], self._threads[work.id] = work, thread
            for id, other in [*self._works.items()][:-_KEPT]:
                if other.future.done():
                    del self._works[id]
        thread.start()
        return work

    def _perform(self, work: Work, call: Callable[[Work], Any]) -> None:
        try:
            work.ticket.wait(stopped=work.stop.is_set, tell=lambda _: None)
            if work.future.set_running_or_notify_cancel():
                work.check()
                work.future.set_result(call(work))
        except Exception as error:
            if not work.future.cancelled():
                work.future.set_exception(error)
        finally:
            work.ticket.leave()
            with self._lock:
                self._threads.pop(work.id, None)

    def find(self, id: str) -> Work:
        """Return the call with an id. Raises `UsageError` when there is none."""
        with self._lock:
            if id in self._works:
                return self._works[id]
        raise UsageError(
            f"There is no job {id!r}.", hint="Jobs end with the server; call the tool again."
        )

    def describe(self, work: Work) -> WorkShape:
        """Return how far a call is."""
        return WorkShape(
            id=work.id,
            kind=work.kind,
            state=work.state,
            position=work.ticket.place + 1 if work.state == "queued" else 0,
            done=work.done,
            total=work.total,
            message=work.message,
        )

    def close(self) -> None:
        """Ask all calls to stop, and wait a moment for those that run."""
        with self._lock:
            works, threads = [*self._works.values()], [*self._threads.values()]
        for work in works:
            work.stop.set()
        for thread in threads:
            thread.join(_CLOSING_SECONDS)
