"""The queue before the model: in order, with the place told, and full at a length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from quoth.errors import CancelledError, QueueFullError

_TICK = 0.1


class Ticket:
    """A place in a queue. It is given back by `leave`, whether its turn has come or not."""

    def __init__(self, queue: WorkQueue) -> None:
        self._queue = queue

    @property
    def place(self) -> int:
        """The number of tickets ahead that still wait; 0 for the next one, or one at work."""
        return self._queue.place_of(self)

    def wait(self, *, stopped: Callable[[], bool], tell: Callable[[int], None]) -> None:
        """Wait for the turn; `tell` is given the place whenever it changes.

        Raises `CancelledError` once `stopped` is true.
        """
        self._queue.wait(self, stopped, tell)

    def leave(self) -> None:
        """Give the place back."""
        self._queue.leave(self)


class WorkQueue:
    """Lets `slots` tickets work at a time, in the order of their making; `length` may wait."""

    def __init__(self, *, slots: int, length: int) -> None:
        self.slots = slots
        self.length = length
        self._changed = Condition()
        self._waiting: list[Ticket] = []
        self._working: set[Ticket] = set()

    @property
    def counts(self) -> tuple[int, int]:
        """The number of tickets that wait, and of those at work."""
        with self._changed:
            return len(self._waiting), len(self._working)

    def enter(self, *, even_if_full: bool = False) -> Ticket:
        """Return a ticket at the end of the queue. Raises `QueueFullError` when it is full."""
        with self._changed:
            free = self.slots - len(self._working)
            if len(self._waiting) >= self.length + max(0, free) and not even_if_full:
                raise QueueFullError(
                    f"{len(self._waiting)} requests are waiting already.",
                    hint="Send the request again in a few seconds.",
                )
            ticket = Ticket(self)
            self._waiting.append(ticket)
            return ticket

    @contextmanager
    def turn(self, *, stopped: Callable[[], bool]) -> Iterator[None]:
        """Open a block that runs when its turn has come."""
        ticket = self.enter()
        try:
            ticket.wait(stopped=stopped, tell=lambda _: None)
            yield
        finally:
            ticket.leave()

    def place_of(self, ticket: Ticket) -> int:
        """Return the number of tickets that wait ahead of this one."""
        with self._changed:
            return self._waiting.index(ticket) if ticket in self._waiting else 0

    def wait(
        self, ticket: Ticket, stopped: Callable[[], bool], tell: Callable[[int], None]
    ) -> None:
        """Wait until it is the turn of a ticket."""
        told = -1
        while True:
            with self._changed:
                place = self._waiting.index(ticket)
            if place != told:
                tell(place)
                told = place
            with self._changed:
                place = self._waiting.index(ticket)
                if place == 0 and len(self._working) < self.slots:
                    self._waiting.remove(ticket)
                    self._working.add(ticket)
                    self._changed.notify_all()
                    return
            if stopped():
                raise CancelledError("It was cancelled while it waited.")
            with self._changed:
                self._changed.wait(_TICK)

    def leave(self, ticket: Ticket) -> None:
        """Take a ticket out of the queue."""
        with self._changed:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._working.discard(ticket)
            self._changed.notify_all()
