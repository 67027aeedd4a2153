"""The head's journal, as a worker sees it: each call is there before the next begins."""

from __future__ import annotations

import pickle
from typing import Any, Protocol

from quoth.journal import Entry, InFlight
from quoth.types import Timings


class RecordLine(Protocol):
    """The connection of a worker to the head's journal."""

    def ask(self, action: str, **values: Any) -> dict[str, Any]:
        """Return the reply of the head; what was recorded is durable by then."""

    def record(self, entry: Entry) -> None:
        """Let the head record a finished call before it answers the next question."""


class RemoteJournal:
    """The journal of the head.

    A finished call goes along with the next question, of which there is one before the next call
    and one at the end of a document. That question raises what the head's journal raises, such as
    for a full disk.
    """

    def __init__(self, line: RecordLine) -> None:
        self._line = line
        self.in_flight = InFlight()

    def lookup(self, key: str) -> Entry | None:
        """Return the finished call with this key, or `None`."""
        reply = self._line.ask("lookup", key=key)
        if "entry" not in reply:
            return None
        entry: Entry = pickle.loads(reply["entry"])  # noqa: S301  the head holds the fleet's key
        return entry

    def record(self, entry: Entry) -> str:
        """Return the key of a finished call, which is durable before the next call begins."""
        self._line.record(entry)
        return entry.identity.key

    def spent(self, fingerprint: str) -> Timings | None:
        """Return nothing: only plans need it, and the head makes them."""
        return None
