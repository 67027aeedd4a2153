"""The queue before the model: in order, with the place told, and full at a length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition

from quoth.errors import CancelledError, QueueFullError

JOB = "job"
"""The kind of work that may take hours; answers have none."""
_TICK = 0.1


class Ticket:
    """A place in a queue. It is given back by `leave`, whether its turn has come or not."""

    def __init__(self, queue: WorkQueue, kind: str) -> None:
        self.kind = kind
        self._queue = queue

    @property
    def place(self) -> int:
        """The number of tickets that work before this one; 0 for the next one, or one at work."""
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
    """One line for all work: `slots` tickets work at a time, in the order of their making.

    `most` limits how many of a kind work at a time. A ticket that waits for one of its own kind is
    passed by those of other kinds, so that an hour of jobs holds up no question. `length` tickets
    of each kind may wait.
    """

    def __init__(self, *, slots: int, length: int, most: Mapping[str, int] | None = None) -> None:
        self.slots = slots
        self.length = length
        self._most = dict(most or {})
        self._changed = Condition()
        self._waiting: list[Ticket] = []
        self._working: set[Ticket] = set()

    @property
    def counts(self) -> tuple[int, int]:
        """The number of tickets that wait, and of those at work."""
        with self._changed:
            return len(self._waiting), len(self._working)

    def enter(self, kind: str = "", *, even_if_full: bool = False) -> Ticket:
        """Return a ticket at the end of the queue. Raises `QueueFullError` when it is full."""
        with self._changed:
            waiting = sum(ticket.kind == kind for ticket in self._waiting)
            if waiting >= self.length + self._room(kind) and not even_if_full:
                raise QueueFullError(
                    f"{waiting} requests are waiting already.",
                    hint="Send the request again in a few seconds.",
                )
            ticket = Ticket(self, kind)
            self._waiting.append(ticket)
            return ticket

    @contextmanager
    def turn(self, kind: str = "", *, stopped: Callable[[], bool]) -> Iterator[None]:
        """Open a block that runs when its turn has come."""
        ticket = self.enter(kind)
        try:
            ticket.wait(stopped=stopped, tell=lambda _: None)
            yield
        finally:
            ticket.leave()

    def place_of(self, ticket: Ticket) -> int:
        """Return the number of tickets that work before this one."""
        with self._changed:
            return self._place(ticket) if ticket in self._waiting else 0

    def wait(
        self, ticket: Ticket, stopped: Callable[[], bool], tell: Callable[[int], None]
    ) -> None:
        """Wait until it is the turn of a ticket."""
        told = -1
        while True:
            if (place := self.place_of(ticket)) != told:
                tell(place)
                told = place
            with self._changed:
                if self._begin(ticket):
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

    def _begin(self, ticket: Ticket) -> bool:
        """Let a ticket work if its turn has come."""
        if self._place(ticket) or not self._room(ticket.kind):
            return False
        self._waiting.remove(ticket)
        self._working.add(ticket)
        self._changed.notify_all()
        return True

    def _place(self, ticket: Ticket) -> int:
        """Return how many waiting tickets ahead are not held up by their own kind."""
        ahead = Counter(other.kind for other in self._waiting[: self._waiting.index(ticket)])
        return sum(
            count if kind == ticket.kind else min(count, self._free(kind))
            for kind, count in ahead.items()
        )

    def _room(self, kind: str) -> int:
        """Return how many more tickets of a kind could work now."""
        return max(0, min(self._free(kind), self.slots - len(self._working)))

    def _free(self, kind: str) -> int:
        """Return how many more of a kind could work if all slots were free."""
        working = sum(ticket.kind == kind for ticket in self._working)
        return max(0, self._most.get(kind, self.slots) - working)
