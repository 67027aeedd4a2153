"""The files that could not be read, with reasons, so that they are not tried in vain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quoth.system import Database


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, with its state and the conditions at that time."""

    path: str
    size: int
    mtime_ns: int
    conditions: str
    status: str
    reason: str


class Failures:
    """The failures that a collection records, by path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> dict[str, Failure]:
        """Return all failures by path."""
        rows = self._database.read(
            "SELECT path, size, mtime_ns, conditions, status, reason FROM failures"
        )
        return {row[0]: Failure(*row) for row in rows}

    def note(self, failure: Failure) -> None:
        """Record a failure, in place of an earlier one at its path."""
        with self._database.transaction() as connection:
            connection.execute(
                "REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)",
                (
                    failure.path,
                    failure.size,
                    failure.mtime_ns,
                    failure.conditions,
                    failure.status,
                    failure.reason,
                ),
            )

    def forget(self, paths: Iterable[str]) -> None:
        """Forget the failures at these paths."""
        rows = [(path,) for path in paths]
        if rows:
            with self._database.transaction() as connection:
                connection.executemany("DELETE FROM failures WHERE path = ?", rows)
