"""A worker of a fleet: one process of Dask that holds a model and asks its head."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distributed.worker import Worker, get_worker

from quoth.errors import BackendUnavailableError, ConfigurationError, QuothError
from quoth.fleet.engine import ANY_DIFFERENCE, contact_address
from quoth.fleet.identity import Identity, Work, identity_values
from quoth.fleet.roster import Event
from quoth.fleet.station import Station, UnfitError
from quoth.fleet.supervise import EXIT_UNFIT
from quoth.fleet.token import FleetToken
from quoth.fleet.unit import Unit
from quoth.journal import Entry
from quoth.library import Library
from quoth.system import ScratchFolder

_PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.2
_TELL_SECONDS, _SILENCE_SECONDS = 0.5, 5.0


class FleetWorker(Worker):
    """Works at documents. It opens all its connections; it listens on loopback, unasked."""

    def __init__(
        self,
        head: str,
        *,
        token: FleetToken,
        name: str,
        slots: int,
        works: dict[Work, str],
        scratch: Path,
    ) -> None:
        super().__init__(
            head,
            name=f"{name}-{os.getpid()}",
            nthreads=slots,
            security=token.security(),
            host="127.0.0.1",
            contact_address=contact_address(),
            dashboard=False,
            memory_limit=0,
            local_directory=str(scratch),
            resources={**dict.fromkeys(works.values(), slots), ANY_DIFFERENCE: slots},
        )
        self.line = HeadLine(self, token.token)
        self.station: Station | None = None

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Serve no page."""


class HeadLine:
    """Asks the head, and brings along what happened since the last question."""

    def __init__(self, worker: FleetWorker, token: str) -> None:
        self._worker = worker
        self._token = token
        self._events: list[tuple[str, Event]] = []
        self._records: list[bytes] = []
        self._lock = threading.Lock()
        self._stopped: set[str] = set()
        self._jobs: dict[str, float] = {}
        self._sent = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def ask(self, action: str, **values: Any) -> dict[str, Any]:
        """Return the reply of the head, from any thread; what was recorded is durable by then.

        A connection that breaks is tried again for a while. Raises what the head raises, and
        `BackendUnavailableError` when it is gone.
        """
        assert self._loop is not None
        with self._lock:
            records, self._records = tuple(self._records), []
        asking = self.send(action, records=records, **values)
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result()

    async def send(self, action: str, **values: Any) -> dict[str, Any]:
        """Return the reply of the head, on the event loop of the worker."""
        self._loop = asyncio.get_running_loop()
        self._sent = time.monotonic()
        end = self._sent + _PATIENCE_SECONDS
        if "job" in values:
            self._jobs[values["job"]] = self._sent
        with self._lock:
            events, self._events = self._events, []
        while True:
            try:
                reply: dict[str, Any] = await self._worker.scheduler.quoth(
                    token=self._token,
                    action=action,
                    address=self._worker.contact_address,
                    events=tuple(events),
                    jobs=tuple(self._jobs),
                    **values,
                )
            except QuothError:
                raise
            except OSError as error:
                if time.monotonic() > end or self._worker.status.name != "running":
                    raise BackendUnavailableError("The head of the fleet is gone.") from error
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                self._stopped.update(reply.get("stopped", ()))
                return reply

    def record(self, entry: Entry) -> None:
        """Let the head record a finished call before it answers the next question."""
        with self._lock:
            self._records.append(pickle.dumps(entry))

    def tell(self, job: str, key: str, kind: str, detail: Any) -> None:
        """Tell the head what happened to a document, with the next question."""
        with self._lock:
            self._events.append((job, (key, kind, pickle.dumps(detail))))

    def is_stopped(self, job: str) -> bool:
        """Whether no further call of the job may begin, as the head last told."""
        self._jobs[job] = time.monotonic()
        return job in self._stopped

    async def keep_telling(self) -> None:
        """Send what waits to be told, and learn which jobs were stopped, until the worker ends.

        Each question does both; this is for the time in which none is asked.
        """
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            now = time.monotonic()
            self._jobs = {job: seen for job, seen in list(self._jobs.items()) if seen > now - 60}
            self._stopped.intersection_update(self._jobs)
            if self._events or (self._jobs and now - self._sent > _SILENCE_SECONDS):
                await self.send("note")


def perform_unit(body: bytes) -> None:
    """Perform a unit on the worker of this thread; Dask calls it, and the head gets the result."""
    worker = get_worker()
    assert isinstance(worker, FleetWorker)
    unit: Unit = pickle.loads(body)  # noqa: S301  only holders of the fleet's key send
    assert worker.station is not None
    try:
        ended = worker.station.perform(unit)
    except UnfitError as error:
        print(f"quoth: This machine leaves the fleet: {error}", file=sys.stderr, flush=True)
        worker.line.ask("leave", reason=str(error))
        os._exit(EXIT_UNFIT)  # what is at hand goes to other machines
    is_done = ended.error is None
    worker.line.ask("finish", job=unit.job, key=unit.key, ended=pickle.dumps(ended), done=is_done)


async def work(
    library: Library,
    head: str,
    *,
    token: FleetToken,
    name: str,
    identity: Identity,
    works: tuple[Work, ...],
    slots: int,
    announce: Callable[[str], None],
) -> None:
    """Work for a head until it is gone. Raises `ConfigurationError` when it refuses the token."""
    digests: dict[Work, str] = {work: identity.digest(work) for work in works}
    with ScratchFolder() as scratch:
        worker = FleetWorker(
            head, token=token, name=name, slots=slots, works=digests, scratch=scratch.path
        )
        worker.station = Station(library, worker.line, scratch=scratch.path)
        await _join(worker, library, head, name=name, identity=identity, works=works, slots=slots)
        pace = "one document at a time" if slots == 1 else f"{slots} documents at once"
        announce(f"{name} works for {head}, {pace}.")
        telling = asyncio.create_task(worker.line.keep_telling())
        try:
            await worker.finished()  # type: ignore[no-untyped-call]
        finally:
            telling.cancel()


async def _join(
    worker: FleetWorker,
    library: Library,
    head: str,
    *,
    name: str,
    identity: Identity,
    works: tuple[Work, ...],
    slots: int,
) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await worker
        model = library.config.backend.model if "summaries" in works else ""
        values = identity_values(identity)
        await worker.line.send("join", name=name, identity=values, slots=slots, model=model)
    except ConfigurationError:
        raise
    except (OSError, TimeoutError) as error:
        raise BackendUnavailableError(
            f"The head of the fleet at {head} does not answer.",
            hint="Start it with `quoth fleet head`, with the same token file.",
        ) from error
