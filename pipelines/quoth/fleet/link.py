"""The connection of a job to the head: documents out, results in, again after every break."""

from __future__ import annotations

import asyncio
import pickle
import time
import uuid
from collections import deque
from dataclasses import replace
from threading import Event as Flag
from typing import Any

from distributed import Client

from quoth.errors import BackendUnavailableError, ConfigurationError, QuothError
from quoth.fleet.engine import ANY_DIFFERENCE
from quoth.fleet.identity import Identity, Work, identity_of
from quoth.fleet.roster import ENDS
from quoth.fleet.token import FleetToken
from quoth.fleet.unit import Ended, HeldDocument, Order, Unit
from quoth.fleet.worker import perform_unit
from quoth.jobs import MachineReport
from quoth.summarize import StoppedError

_AHEAD = 4
"""The documents sent for each that a machine works at, so that none waits for the next."""
_MOST_BYTES = 256 << 20
"""The most bytes of files that are on their way; one file may have more."""
_RECONNECT_SECONDS = 0.5
_CONNECT_SECONDS = 5
_WAIT_SECONDS, _SHORT_WAIT_SECONDS = 1.0, 0.1
_MACHINES_SECONDS = 0.5
_AT_WORK = 10
"""How many times longer a job waits for head and machines that have worked at it: a machine starts
again within some minutes."""


class LostError(Exception):
    """The connection to the head broke."""


class Link:
    """Keeps a job connected. `closing` ends it; all other members belong to its thread."""

    def __init__(
        self,
        head: str,
        token: FleetToken,
        orders: deque[Order],
        *,
        identity: Identity,
        work: Work,
        mixed: bool,
        patience: float,
    ) -> None:
        self.closing = Flag()
        self.machines: tuple[MachineReport, ...] = ()
        self.notes: tuple[str, ...] = ()
        self._head = head
        self._token = token
        self._orders = orders
        self._identity = identity
        self._work: Work = work
        self._mixed = mixed
        self._patience = patience
        self._placed: dict[str, Order] = {}
        self._slots = 0
        self._earlier: dict[str, MachineReport] | None = None
        self._good = self._learned = time.monotonic()
        self._has_worked = False

    async def run(self) -> None:
        """Serve the job until it is closed. Raises when the head stays away for too long."""
        while not self.closing.is_set():
            try:
                await self._connect_and_serve()
            except (LostError, OSError, TimeoutError) as error:
                self._take_back()
                if self._is_tired():
                    raise BackendUnavailableError(
                        f"The head of the fleet at {self._head} does not answer.",
                        hint="Start it with `quoth fleet head`, and run the same command again.",
                    ) from error
                if self._stop_orders():
                    return
                await asyncio.sleep(_RECONNECT_SECONDS)

    def fail(self, error: BaseException) -> None:
        """End all orders with an error."""
        waiting = [*self._placed.values(), *self._orders]
        self._placed.clear()
        self._orders.clear()
        for order in waiting:
            if not order.future.done():
                order.future.set_exception(error)

    async def _connect_and_serve(self) -> None:
        client = Client(
            self._head,
            security=self._token.security(),
            asynchronous=True,
            timeout=_CONNECT_SECONDS,
            set_as_default=False,
        )
        try:
            await client
            await self._serve(client)
        finally:
            for order in self._placed.values():
                order.placed = None
            await client.close(timeout=2)

    async def _serve(self, client: Client) -> None:
        job = uuid.uuid4().hex
        await self._ask(client, "open", job=job, owner=client.id)
        self._learn(await self._ask(client, "machines"))
        is_told = False
        while not self.closing.is_set():
            if self._stop_orders() and not is_told:
                await self._ask(client, "stop", job=job)
                is_told = True
            if client.status != "running":
                raise LostError
            self._place(client, job)
            self._check_machines()
            has_room = len(self._placed) < _AHEAD * self._slots
            wait = _SHORT_WAIT_SECONDS if has_room else _WAIT_SECONDS
            is_due = time.monotonic() - self._learned > _MACHINES_SECONDS
            reply = await self._ask(client, "collect", job=job, wait=wait, with_machines=is_due)
            ended = sum(kind in ENDS for _, kind, _ in reply["events"])
            if "machines" in reply:
                self._learn(reply)
            elif not self._orders and ended == len(self._placed):  # the job reads them at its end
                self._learn(await self._ask(client, "machines"))
            for key, kind, detail in reply["events"]:
                if (order := self._placed.get(key)) is not None:
                    self._handle(order, kind, detail)
            await self._check_placed()
            if is_told and not self._placed:
                return
        await self._ask(client, "stop", job=job)

    async def _ask(self, client: Client, action: str, **values: Any) -> dict[str, Any]:
        assert client.scheduler is not None
        reply: dict[str, Any] = await client.scheduler.quoth(
            token=self._token.token, action=action, **values
        )
        return reply

    # -- machines ------------------------------------------------------------------------------

    def _learn(self, reply: dict[str, Any]) -> None:
        """Note the machines, and which of them may work."""
        self._learned = time.monotonic()
        reports = pickle.loads(reply["reports"])  # noqa: S301  the head holds our key
        if self._earlier is None:
            self._earlier = {report.name: report for report in reports}
        self.machines = tuple(since(report, self._earlier.get(report.name)) for report in reports)
        notes: list[str] = []
        slots = 0
        for name, values, machine_slots, state in reply["machines"]:
            identity = identity_of(values)
            differences = identity.differences(self._identity, self._work)
            if not identity.suits(self._work):
                continue
            if differences:
                verb = "differs" if self._mixed else "is refused"
                notes.append(f"{name} {verb}: {'; '.join(differences)}.")
            if state == "works" and (self._mixed or not differences):
                slots += machine_slots
        self._slots = slots
        self.notes = tuple(dict.fromkeys((*self.notes, *notes)))
        if slots:
            self._good, self._has_worked = time.monotonic(), True

    def _is_tired(self) -> bool:
        """Whether there was no machine for too long."""
        patience = self._patience * (_AT_WORK if self._has_worked else 1)
        return time.monotonic() - self._good > patience

    def _check_machines(self) -> None:
        if self._slots or not self._is_tired():
            return
        if self.notes and not self._mixed:
            raise ConfigurationError(
                f"No machine of the fleet may work at this job. {' '.join(self.notes)}",
                hint="Make them equal, or allow what differs with --mixed.",
            )
        raise BackendUnavailableError(
            "No machine works for the fleet. "
            + " ".join(f"{m.name}: {m.reason}" for m in self.machines if m.reason),
            hint="Start one with `quoth fleet work`, and run the same command again.",
        )

    # -- documents -----------------------------------------------------------------------------

    def _place(self, client: Client, job: str) -> None:
        """Send as many documents as the machines have work for, in one message."""
        resource = ANY_DIFFERENCE if self._mixed else self._identity.digest(self._work)
        bodies: dict[str, bytes] = {}
        on_the_way = sum(order.size for order in self._placed.values())
        while self._orders and len(self._placed) < _AHEAD * self._slots:
            if self._placed and on_the_way > _MOST_BYTES:
                break
            order = self._orders.popleft()
            try:
                body = bodies[order.key] = self._body(order, job)
            except Exception as error:
                order.future.set_exception(error)
                continue
            order.size = len(body)
            on_the_way += order.size
            self._placed[order.key] = order
        if not bodies:
            return
        placed = client.map(
            perform_unit,
            list(bodies.values()),
            key=[f"document-{key}-{job}" for key in bodies],
            pure=False,
            resources={resource: 1},
        )
        for key, future in zip(bodies, placed, strict=True):
            self._placed[key].placed = future

    def _body(self, order: Order, job: str) -> bytes:
        content = order.path.read_bytes() if order.shipping == "files" else None
        load = order.load
        if order.shipping == "documents":
            load = HeldDocument(load(order.path))
        unit = Unit(job, order.key, self._work, order.path, content, load, order.task)
        return pickle.dumps(unit)

    def _handle(self, order: Order, kind: str, detail: bytes) -> None:
        value = pickle.loads(detail)  # noqa: S301  only holders of the fleet's key send
        if kind == "planned":
            if not order.has_planned:
                order.monitor.planned(value)
        elif kind == "called":
            order.has_planned = True
            order.monitor.called(value)
        elif kind == "finished":
            self._settle(order, Ended(result=value))
        else:
            self._settle(order, Ended(error=value))

    def _settle(self, order: Order, ended: Ended) -> None:
        del self._placed[order.key]
        if order.placed is not None:
            order.placed.release()
        if ended.error is not None:
            order.future.set_exception(ended.error)
        else:
            order.future.set_result(ended.result)

    async def _check_placed(self) -> None:
        """End what the engine itself could not perform."""
        for order in list(self._placed.values()):
            if order.placed is not None and order.placed.status == "error":
                error = await order.placed.exception()
                failure = (
                    error
                    if isinstance(error, QuothError)
                    else QuothError(
                        f"The fleet could not work at it: {type(error).__name__}: {error}."
                    )
                )
                self._settle(order, Ended(error=failure))

    def _take_back(self) -> None:
        """Put what was on its way in front of what waits."""
        for order in reversed(self._placed.values()):
            order.placed = None
            self._orders.appendleft(order)
        self._placed.clear()

    def _stop_orders(self) -> bool:
        """End the documents of jobs that were stopped; return whether the job was."""
        orders = [*self._placed.values(), *self._orders]
        if not orders or not orders[0].monitor.stopped:
            return False
        waiting = list(self._orders)
        self._orders.clear()
        for order in waiting:
            order.future.set_exception(StoppedError("The job was stopped before this document."))
        return True


def since(machine: MachineReport, earlier: MachineReport | None) -> MachineReport:
    """Return a machine with what it has done since an earlier report.

    A head that started again counts from nothing.
    """
    if earlier is None or machine.calls < earlier.calls or machine.documents < earlier.documents:
        return machine
    return replace(
        machine,
        documents=machine.documents - earlier.documents,
        calls=machine.calls - earlier.calls,
        deaths=max(0, machine.deaths - earlier.deaths),
    )
