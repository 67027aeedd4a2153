"""The executor of a job whose documents are worked at by a fleet."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from quoth.errors import BackendUnavailableError
from quoth.fleet.engine import check_fleet_address, prepare_engine
from quoth.fleet.identity import Identity, Work, identify
from quoth.fleet.token import read_fleet_token, token_file_of
from quoth.fleet.unit import Order, Shipping
from quoth.jobs import MachineReport, ReadDocument, SummaryTask, TaskResult
from quoth.library import Library
from quoth.summarize import Monitor
from quoth.system import Guard

PATIENCE_SECONDS = 60.0
_TICK = 0.05


class FleetExecutor:
    """Performs tasks on the machines of a fleet; a job's `executor`.

    `address` is that of the head, such as `tls://head.lan:8786`; `token_file` is its token file.
    `load` reads a document, on the machine that works at it. Only machines with the same
    `identity` work, unless `mixed`; the differences of others are in `notes`. `shipping` is what
    machines get: the `files`, their `paths` on a disk that all share, or the `documents`, for which
    `load` reads on this machine. A head that does not answer for `patience` seconds, and a fleet
    without machines for as long, pause the job; once a machine has worked at it, ten times as long.
    Raises `EgressError` for a head that `guard` does not permit, `ConfigurationError` for a token
    file that cannot be used, and `MissingExtraError`.
    """

    def __init__(
        self,
        address: str,
        token_file: Path,
        *,
        load: ReadDocument,
        identity: Identity,
        work: Work = "summaries",
        mixed: bool = False,
        shipping: Shipping = "files",
        patience: float = PATIENCE_SECONDS,
        guard: Guard | None = None,
    ) -> None:
        head = check_fleet_address(address)
        (guard or Guard()).check_address(head)
        token = read_fleet_token(token_file)
        prepare_engine()
        from quoth.fleet.link import Link

        self._load = load
        self._shipping: Shipping = shipping
        self._orders: deque[Order] = deque()
        self._link = Link(
            head, token, self._orders, identity=identity, work=work, mixed=mixed, patience=patience
        )
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)
        self._begun = threading.Lock()

    def submit(self, task: SummaryTask, monitor: Monitor) -> Future[TaskResult]:
        """Perform a task on the next machine that is free."""
        return self.order(task.path, task=task, monitor=monitor)

    def order(
        self, path: Path, *, task: SummaryTask | None = None, monitor: Monitor | None = None
    ) -> Future[Any]:
        """Let a machine work at a document: a summary as the task says, or its reading."""
        order = Order(
            key=uuid.uuid4().hex,
            path=path,
            task=task,
            monitor=monitor or Monitor(),
            load=self._load,
            shipping=self._shipping,
        )
        self._orders.append(order)
        self._begin()
        return order.future

    @property
    def machines(self) -> tuple[MachineReport, ...]:
        """The machines of the fleet, with what each has done."""
        return self._link.machines

    @property
    def notes(self) -> tuple[str, ...]:
        """What a report must tell: the differences of machines, refused or taken in."""
        return self._link.notes

    def wait_for_machines(self, count: int, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Connect, and wait until that many machines work. Raises `BackendUnavailableError`."""
        self._begin()
        end = time.monotonic() + seconds
        while sum(machine.state == "works" for machine in self.machines) < count:
            if time.monotonic() > end:
                raise BackendUnavailableError(f"The fleet has fewer machines than {count}.")
            time.sleep(_TICK)

    def _begin(self) -> None:
        with self._begun:
            if not self._thread.is_alive() and not self._link.closing.is_set():
                self._thread.start()

    def close(self) -> None:
        """Begin no further task; those in progress stop after the calls in flight."""
        self._link.closing.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._link.run())
        except BaseException as error:  # nobody may wait for ever
            self._link.fail(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._link.fail(BackendUnavailableError("The fleet was closed."))


def open_fleet(
    library: Library,
    address: str,
    *,
    load: ReadDocument,
    work: Work,
    token_file: Path | None = None,
    mixed: bool = False,
    shipping: Shipping = "files",
) -> FleetExecutor:
    """Return the executor of a fleet for documents of a library, with its identity and guard.

    Without a `token_file`, it is that of the library's home. Raises as `FleetExecutor` does.
    """
    return FleetExecutor(
        address,
        token_file or token_file_of(library.home),
        load=load,
        identity=identify(library, works=(work,)),
        work=work,
        mixed=mixed,
        shipping=shipping,
        guard=library.config.guard,
    )
