"""The head of a fleet: Dask's scheduler, the journal of all machines, and the roster."""

from __future__ import annotations

import asyncio
import hmac
import pickle
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from dask.utils import key_split
from distributed.comm.tcp import TLSListener
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.scheduler import Scheduler
from tornado.ioloop import PeriodicCallback

from quoth.errors import ConfigurationError
from quoth.fleet.recorder import Recorder
from quoth.fleet.roster import ENDS, Event, Roster
from quoth.fleet.switchboard import Switchboard
from quoth.fleet.token import FleetToken
from quoth.journal import Entry, Journal

_TICK = 0.1
_HEARTBEAT_SECONDS = 5.0
_FORGET_SECONDS = 10.0


class Head(Scheduler):
    """Places documents on machines, records their calls, and keeps their results for the jobs.

    All messages come by connections that others opened, with the certificate of the fleet; each
    also has the token.
    """

    def __init__(self, token: FleetToken, journal: Journal, **settings: Any) -> None:
        super().__init__(security=token.security(), dashboard=False, **settings)
        # Dask would look for lost machines as seldom as they are lost, and find one in twice that.
        self.periodic_callbacks["worker-ttl"].callback_time = 1000 * self._heartbeat
        # Dask holds the keys of the last 100,000 tasks, some 35 MB.
        forgetting = PeriodicCallback(key_split.cache_clear, _FORGET_SECONDS * 1000)
        self.periodic_callbacks["forget-keys"] = forgetting
        self.roster = Roster()
        self.switchboard = Switchboard(self.answer)
        self._token = token.token
        self._journal = journal
        self._recorder = Recorder(journal)
        self._arrived = asyncio.Event()
        self._actions: dict[str, Callable[..., Awaitable[Any]]] = {
            "join": self._join,
            "leave": self._leave,
            "begin": self._begin,
            "lookup": self._lookup,
            "note": self._note,
            "open": self._open,
            "collect": self._collect,
            "stop": self._stop,
            "machines": self._machines,
        }
        self.handlers["quoth"] = self.answer

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Serve no page: nothing listens but the one port."""

    def heartbeat_worker(self, *, address: str, **values: Any) -> dict[str, Any]:
        """Note a sign of life, and tell the machine when to give the next.

        Dask asks for two a second, which cost more than a call.
        """
        self.roster.see(address)
        reply: dict[str, Any] = super().heartbeat_worker(address=address, **values)
        if own := reply.get("heartbeat-interval"):
            reply["heartbeat-interval"] = max(own, self._heartbeat)
        return reply

    @property
    def _heartbeat(self) -> float:
        return min(_HEARTBEAT_SECONDS, (self.worker_ttl or _HEARTBEAT_SECONDS * 10) / 10)

    async def answer(
        self,
        token: str,
        action: str,
        address: str = "",
        events: tuple[tuple[str, Event], ...] = (),
        records: tuple[bytes, ...] = (),
        jobs: tuple[str, ...] = (),
        **values: Any,
    ) -> dict[str, Any]:
        """Return the answer to a question of a worker or a job, once all that came along is kept.

        Raises `ConfigurationError` for a token of another fleet.
        """
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise ConfigurationError("The token is not that of this fleet.")
        self.roster.see(address)
        try:
            await self._record(address, records)
        except Exception as error:
            self._end_all(address, events, error)
            raise
        for job, event in events:
            self._tell(address, job, event)
        result = await self._actions[action](address=address, **values) or {}
        stopped = [job for job in jobs if self.roster.is_stopped(job)]
        return result | {"stopped": stopped} if stopped else result

    def _tell(self, address: str, job: str, event: Event) -> None:
        key, kind, _ = event
        if kind in ENDS:
            self.roster.finish((job, key), address, done=kind == "finished")
        self.roster.note(job, [event])
        self._arrived.set()

    def _end_all(
        self, address: str, events: tuple[tuple[str, Event], ...], error: Exception
    ) -> None:
        """End the documents that ended with an error, since their calls could not be recorded."""
        for job, (key, kind, _) in events:
            if kind in ENDS:
                self._tell(address, job, (key, "raised", pickle.dumps(error)))

    # -- machines ------------------------------------------------------------------------------

    async def _join(
        self, address: str, name: str, identity: dict[str, str], slots: int, model: str
    ) -> None:
        self.roster.join(name, address, identity, slots=slots, model=model)

    async def _leave(self, address: str, reason: str) -> None:
        self.roster.leave(address, reason)

    async def _begin(self, address: str, job: str, key: str, path: str) -> dict[str, Any]:
        return {"deaths": self.roster.begin((job, key), address, path)}

    async def _lookup(self, address: str, key: str) -> dict[str, Any]:
        entry = self._journal.lookup(key)  # some 30 µs, less than another thread takes
        return {} if entry is None else {"entry": pickle.dumps(entry)}

    async def _record(self, address: str, records: tuple[bytes, ...]) -> None:
        """Return once finished calls are durable."""
        if not records:
            return
        entries: list[Entry] = [
            pickle.loads(record)  # noqa: S301  only holders of the fleet's key send
            for record in records
        ]
        await self._recorder.record(entries)
        for timings in (entry.timings for entry in entries):
            self.roster.count(
                address,
                tokens=timings.generated_tokens,
                seconds=timings.prompt_seconds + timings.generation_seconds,
            )

    async def _note(self, address: str) -> None:
        """Take what came along."""

    # -- jobs ----------------------------------------------------------------------------------

    async def _open(self, address: str, job: str, owner: str) -> None:
        self.roster.open(job, owner)

    async def _collect(
        self, address: str, job: str, wait: float, with_machines: bool
    ) -> dict[str, Any]:
        """Return what happened since the last time, after a wait when nothing did."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while not (events := self.roster.take(job)) and loop.time() < end:
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._arrived.wait()
            except TimeoutError:
                break
            await asyncio.sleep(_TICK)  # many events in one message
        machines = await self._machines(address) if with_machines else {}
        return {"events": events, **machines}

    async def _stop(self, address: str, job: str) -> None:
        self.roster.stop(job)

    async def _machines(self, address: str) -> dict[str, Any]:
        machines = [(m.name, m.identity, m.slots, m.state) for m in self.roster.machines.values()]
        return {"machines": machines, "reports": pickle.dumps(self.roster.report())}


class RosterPlugin(SchedulerPlugin):
    """Tells the roster who is gone."""

    name = "quoth-roster"

    def __init__(self, head: Head) -> None:
        self._head = head

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """Note a machine that is gone."""
        self._head.roster.lose(worker)
        self._head.switchboard.forget(worker)
        self._head._arrived.set()

    def remove_client(self, scheduler: Any, client: str) -> None:
        """Stop the jobs of a client that is gone."""
        self._head.roster.lose_client(client)


async def open_head(
    token: FleetToken, journal: Journal, *, host: str, port: int, lost_after: float, scratch: Path
) -> Head:
    """Return a head that listens, and that counts a machine unseen for `lost_after` s as lost.

    Dask has its own files in `scratch`.
    """
    head = Head(
        token,
        journal,
        host=host,
        port=port,
        protocol="tls",
        worker_ttl=f"{lost_after} s",
        local_directory=str(scratch),
    )
    await head
    for listener in head.listeners:
        assert isinstance(listener, TLSListener)
        head.switchboard.serve(listener)
    head.add_plugin(RosterPlugin(head))
    return head
