"""The journal of the head, for many machines at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from quoth.journal import Entry, Journal

_Waiting = tuple[Sequence[Entry], "asyncio.Future[None]"]


class Recorder:
    """Records calls in a journal, those that arrive together in one transaction.

    One event loop uses it; the disk is written on a thread.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: SimpleQueue[_Waiting] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)

    async def record(self, entries: Sequence[Entry]) -> None:
        """Return once calls are durable. Raises what `Journal.record` raises."""
        durable = asyncio.get_running_loop().create_future()
        self._waiting.put((entries, durable))
        if not self._thread.is_alive():
            self._thread.start()
        await durable

    def _write(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while True:
                try:
                    batch.append(self._waiting.get_nowait())
                except Empty:
                    break
            failure: Exception | None = None
            try:
                self._journal.record_all([entry for entries, _ in batch for entry in entries])
            except Exception as error:
                failure = error
            durables = [durable for _, durable in batch]
            with suppress(RuntimeError):  # the head has ended
                durables[0].get_loop().call_soon_threadsafe(_settle, durables, failure)


def _settle(durables: Sequence[asyncio.Future[None]], failure: Exception | None) -> None:
    for durable in durables:
        if durable.done():  # the machine that asked is gone
            continue
        if failure is None:
            durable.set_result(None)
        else:
            durable.set_exception(failure)
