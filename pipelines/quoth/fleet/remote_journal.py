"""The head's journal, as a worker sees it: each call is there before the next begins."""

from __future__ import annotations

import pickle
from typing import Any, Protocol

from quoth.journal import Entry, InFlight
from quoth.types import Timings


class Ask(Protocol):
    """Asks the head to do something, and returns its reply."""

    def __call__(self, action: str, **values: Any) -> dict[str, Any]:
        """Return the reply to an action with these values."""


class RemoteJournal:
    """The journal of the head. Raises what the head's journal raises, such as for a full disk."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.in_flight = InFlight()

    def lookup(self, key: str) -> Entry | None:
        """Return the finished call with this key, or `None`."""
        reply = self._ask("lookup", key=key)
        if "entry" not in reply:
            return None
        entry: Entry = pickle.loads(reply["entry"])  # noqa: S301  the head holds the fleet's key
        return entry

    def record(self, entry: Entry) -> str:
        """Return the key of a finished call once it is durable at the head."""
        self._ask("record", entry=pickle.dumps(entry))
        return entry.identity.key

    def spent(self, fingerprint: str) -> Timings | None:
        """Return nothing: only plans need it, and the head makes them."""
        return None
