"""Long calls in one queue: each is done in turn, and goes on when its caller stops waiting."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from quoth.errors import UsageError
from quoth.mcp.shapes import WorkShape, WorkState

_KEPT = 200
"""The most finished calls whose results are kept."""
_LONGEST_QUEUE = 32


@dataclass(eq=False, slots=True)
class Work:
    """A call: what it does, how far it is, and its result once it is done.

    `stop` is set when nobody wants the result any more.
    """

    kind: str
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    stop: threading.Event = field(default_factory=threading.Event)
    running: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    total: int = 0
    message: str = ""
    future: Future[Any] = field(default_factory=Future)

    def report(self, done: int, total: int, message: str = "") -> None:
        """Tell how far the call is. Raises `CancelledError` when it is to stop."""
        if self.stop.is_set():
            raise CancelledError
        self.done, self.total, self.message = done, total, message

    @property
    def state(self) -> WorkState:
        """Whether the call waits, runs, or has ended, and how."""
        if not self.future.done():
            return "running" if self.running.is_set() else "queued"
        if self.future.cancelled() or isinstance(self.future.exception(), CancelledError):
            return "cancelled"
        return "failed" if self.future.exception() else "done"


class WorkQueue:
    """Runs one call at a time, because one model answers all of them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="quoth-mcp")
        self._works: OrderedDict[str, Work] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, kind: str, call: Callable[[Work], Any]) -> Work:
        """Put a call at the end of the queue. Raises `UsageError` when it is full."""
        work = Work(kind)

        def run() -> Any:
            work.running.set()
            work.report(0, 0)
            return call(work)

        with self._lock:
            waiting = sum(not other.future.done() for other in self._works.values())
            if waiting >= _LONGEST_QUEUE:
                raise UsageError(
                    f"{waiting} calls are waiting already.", hint="Call again in a minute."
                )
            work.future = self._pool.submit(run)
            self._works[work.id] = work
            for id, other in [*self._works.items()][:-_KEPT]:
                if other.future.done():
                    del self._works[id]
        return work

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
        with self._lock:
            works = [*self._works.values()]
        before = works[: works.index(work)] if work in works else []
        return WorkShape(
            id=work.id,
            kind=work.kind,
            state=work.state,
            position=sum(not other.future.done() for other in before),
            done=work.done,
            total=work.total,
            message=work.message,
        )

    def close(self) -> None:
        """Ask all calls to stop, and wait for the one that runs."""
        with self._lock:
            for work in self._works.values():
                work.stop.set()
        self._pool.shutdown(cancel_futures=True)
