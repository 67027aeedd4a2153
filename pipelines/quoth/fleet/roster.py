"""What the head knows: its machines, the jobs, and the documents at hand. No engine is part of it.

A machine that dies has the documents at hand counted against it: those that made no call since
they were begun. A document that was there three times in a row is not begun a fourth time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from quoth.jobs import MachineReport

MOST_DEATHS = 3
"""The machines that one document may end before it counts as failed."""
_STOPPED_JOBS = 1000

Place = tuple[str, str]
"""A document at work: its job, and its key in the job."""
Event = tuple[str, str, bytes]
"""What happened to a document: its key, the kind, and pickled what it is of: the number of calls
`planned`, the call that was `called`, the result with which it `finished`, the error `raised`."""
ENDS = ("finished", "raised")
"""The kinds of event that are a document's last."""


@dataclass
class Machine:
    """One machine of the fleet, while it is known to the head."""

    name: str
    address: str
    identity: dict[str, str]
    slots: int
    model: str = ""
    joined: float = 0.0
    seen: float = 0.0
    state: Literal["works", "gone"] = "works"
    reason: str = ""
    documents: int = 0
    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    deaths: int = 0
    at_hand: dict[Place, str] = field(default_factory=dict)

    def report(self) -> MachineReport:
        """Return the machine as reports show it."""
        return MachineReport(
            name=self.name,
            model=self.model,
            state=self.state,
            documents=self.documents,
            calls=self.calls,
            tokens_per_second=self.tokens / self.seconds if self.seconds else 0.0,
            last_seen=self.seen,
            deaths=self.deaths,
            reason=self.reason,
            at_hand=tuple(self.at_hand.values()),
        )


@dataclass
class _Job:
    client: str
    events: deque[Event] = field(default_factory=deque)


class Roster:
    """The machines and jobs of one head, and who works at what. One thread uses it."""

    def __init__(self) -> None:
        self.machines: dict[str, Machine] = {}
        self._at: dict[str, Machine] = {}
        self._jobs: dict[str, _Job] = {}
        self._stopped: deque[str] = deque(maxlen=_STOPPED_JOBS)
        self._deaths: dict[Place, int] = {}

    # -- machines ------------------------------------------------------------------------------

    def join(
        self, name: str, address: str, identity: dict[str, str], *, slots: int, model: str
    ) -> None:
        """Take a machine in; one of the same name that is gone goes on with its counts."""
        now = time.time()
        machine = self.machines.get(name)
        if machine is None or (machine.state == "works" and machine.address != address):
            if machine is not None:
                name = f"{name} ({address.rpartition('/')[2]})"
            machine = self.machines[name] = Machine(name, address, identity, slots, joined=now)
        self._at.pop(machine.address, None)
        self._at[address] = machine
        machine.address, machine.identity, machine.slots = address, identity, slots
        machine.state, machine.reason, machine.model, machine.seen = "works", "", model, now

    def at(self, address: str) -> Machine | None:
        """Return the machine that works at an address."""
        machine = self._at.get(address)
        return machine if machine is not None and machine.state == "works" else None

    def see(self, address: str) -> None:
        """Note a sign of life."""
        if machine := self.at(address):
            machine.seen = time.time()

    def leave(self, address: str, reason: str) -> None:
        """Note that a machine leaves by itself, which is no fault of its documents."""
        if machine := self.at(address):
            machine.state, machine.reason = "gone", reason
            machine.at_hand.clear()

    def lose(self, address: str) -> None:
        """Note that a machine is gone without a word, and count it against its documents."""
        machine = self.at(address)
        if machine is None:
            return
        machine.deaths += 1
        machine.state, machine.reason = "gone", "It is not seen any more."
        for place in machine.at_hand:
            self._deaths[place] = self._deaths.get(place, 0) + 1
        machine.at_hand.clear()

    # -- documents -----------------------------------------------------------------------------

    def begin(self, place: Place, address: str, path: str) -> int:
        """Note that a machine begins a document; return how often it ended its machine."""
        deaths = self._deaths.get(place, 0)
        if (machine := self.at(address)) and deaths < MOST_DEATHS:
            machine.at_hand[place] = path
        return deaths

    def count(self, address: str, *, tokens: int, seconds: float, calls: int = 1) -> None:
        """Count calls that a machine made."""
        if machine := self.at(address):
            machine.calls += calls
            machine.tokens += tokens
            machine.seconds += seconds

    def finish(self, place: Place, address: str, *, done: bool) -> None:
        """Note the end of a document at a machine."""
        self._deaths.pop(place, None)
        if machine := self.at(address):
            machine.at_hand.pop(place, None)
            machine.documents += done

    # -- jobs ----------------------------------------------------------------------------------

    def open(self, job: str, client: str) -> None:
        """Begin to keep what happens to the documents of a job for its client."""
        self._jobs[job] = _Job(client)

    def note(self, job: str, events: Iterable[Event]) -> None:
        """Keep events until the client of the job takes them; a finished call is no death."""
        if job in self._jobs:
            for event in events:
                if event[1] == "called":
                    self._deaths.pop((job, event[0]), None)
                self._jobs[job].events.append(event)

    def take(self, job: str) -> list[Event]:
        """Return the events since the last time."""
        if job not in self._jobs:
            return []
        events = self._jobs[job].events
        taken = list(events)
        events.clear()
        return taken

    def stop(self, job: str) -> None:
        """Let no further call of a job begin."""
        if job not in self._stopped:
            self._stopped.append(job)

    def is_stopped(self, job: str) -> bool:
        """Whether no further call of the job may begin."""
        return job in self._stopped or job not in self._jobs

    def lose_client(self, client: str) -> None:
        """Stop and forget the jobs of a client that is gone."""
        for job in [job for job, each in self._jobs.items() if each.client == client]:
            self.stop(job)
            del self._jobs[job]
            for place in [place for place in self._deaths if place[0] == job]:
                del self._deaths[place]

    def report(self) -> tuple[MachineReport, ...]:
        """Return all machines that were ever seen, by name."""
        return tuple(self.machines[name].report() for name in sorted(self.machines))
