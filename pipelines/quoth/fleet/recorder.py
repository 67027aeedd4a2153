"""The journal of the head, for many machines at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from quoth.journal import Entry, Journal


class Recorder:
    """Records calls in a journal, those that arrive together in one transaction.

    One event loop uses it; the disk is written on a thread.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._waiting: list[tuple[Sequence[Entry], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, entries: Sequence[Entry]) -> None:
        """Return once calls are durable. Raises what `Journal.record` raises."""
        durable = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, durable))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await durable

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            entries = [entry for entries, _ in batch for entry in entries]
            try:
                await loop.run_in_executor(self._thread, self._journal.record_all, entries)
            except Exception as error:
                for _, durable in batch:
                    _settle(durable, error)
            else:
                for _, durable in batch:
                    _settle(durable)
        self._writing = None


def _settle(durable: asyncio.Future[None], error: Exception | None = None) -> None:
    if durable.done():  # the machine that asked is gone
        return
    if error is None:
        durable.set_result(None)
    else:
        durable.set_exception(error)
