"""A worker of a fleet: one process of Dask that holds a model and asks its head."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed.worker import Worker, get_worker

from quoth.errors import BackendUnavailableError, ConfigurationError
from quoth.fleet.engine import ANY_DIFFERENCE, contact_address
from quoth.fleet.identity import Identity, Work, identity_values
from quoth.fleet.line import HeadGoneError, HeadLine
from quoth.fleet.station import Station, UnfitError
from quoth.fleet.supervise import EXIT_AWAY, EXIT_UNFIT
from quoth.fleet.token import FleetToken
from quoth.fleet.unit import Unit
from quoth.library import Library
from quoth.system import ScratchFolder

_PATIENCE_SECONDS = 15.0
_TELL_SECONDS = 0.1


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
        address = contact_address()
        super().__init__(
            head,
            name=f"{name}-{os.getpid()}",
            nthreads=slots,
            security=token.security(),
            host="127.0.0.1",
            contact_address=address,
            dashboard=False,
            memory_limit=0,
            local_directory=str(scratch),
            resources={**dict.fromkeys(works.values(), slots), ANY_DIFFERENCE: slots},
        )
        self.line = HeadLine(head, token, address, is_wanted=self._is_running)
        self.station: Station | None = None

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Serve no page."""

    def _is_running(self) -> bool:
        return str(self.status.name) == "running"

    async def keep_telling(self) -> None:
        """Send what waits to be told, and learn which jobs were stopped, until the worker ends.

        Each question does both; this is for the time in which none is asked.
        """
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            if not self.line.is_due():
                continue
            try:
                with self.leaving_without_head():
                    await asyncio.to_thread(self.line.ask, "note")
            except HeadGoneError:
                return
            except Exception:  # noqa: S112  such as a full disk, of which the head tells the job
                continue

    @contextmanager
    def leaving_without_head(self) -> Iterator[None]:
        """End the process where the head is gone within the block; others do its documents."""
        try:
            yield
        except HeadGoneError:
            if self._is_running():
                os._exit(EXIT_AWAY)
            raise


def perform_unit(body: bytes) -> None:
    """Perform a unit on the worker of this thread; Dask calls it, and the head gets the result."""
    worker = get_worker()
    assert isinstance(worker, FleetWorker)
    assert worker.station is not None
    unit: Unit = pickle.loads(body)  # noqa: S301  only holders of the fleet's key send
    with worker.leaving_without_head():
        try:
            worker.station.perform(unit)
        except UnfitError as error:
            print(f"quoth: This machine leaves the fleet: {error}", file=sys.stderr, flush=True)
            worker.line.ask("leave", reason=str(error))
            os._exit(EXIT_UNFIT)  # what is at hand goes to other machines


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
        if "summaries" in works:
            await asyncio.to_thread(worker.station.prepare)
        await _join(worker, library, head, name=name, identity=identity, works=works, slots=slots)
        pace = "one document at a time" if slots == 1 else f"{slots} documents at once"
        announce(f"{name} works for {head}, {pace}.")
        telling = asyncio.create_task(worker.keep_telling())
        try:
            await worker.finished()  # type: ignore[no-untyped-call]
        finally:
            telling.cancel()
            worker.line.close()


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
        joining = {"name": name, "identity": values, "slots": slots, "model": model}
        await asyncio.to_thread(worker.line.ask, "join", **joining)
    except ConfigurationError:
        raise
    except (OSError, TimeoutError) as error:
        raise BackendUnavailableError(
            f"The head of the fleet at {head} does not answer.",
            hint="Start it with `quoth fleet head`, with the same token file.",
        ) from error
