"""The journal: one SQLite file with every finished model call from the moment it ends.

A call is identified by the weights (their fingerprint, not their name), the exact prompt and the
parameters. No call is made twice, by any feature, even if the process is killed in between.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from quoth.errors import CollectionError
from quoth.journal.in_flight import InFlight
from quoth.system import Database, read_column
from quoth.types import Timings

Finish = Literal["stop", "length", "loop", "enough"]

VERSION = 3
"""Version of the layout on disk, kept in SQLite's `user_version`."""

_SCHEMA = """
CREATE TABLE calls (
    key TEXT PRIMARY KEY,
    at REAL NOT NULL,
    fingerprint TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    parameters TEXT NOT NULL,
    text TEXT NOT NULL,
    finish TEXT NOT NULL,
    timings TEXT NOT NULL,
    thinking TEXT NOT NULL DEFAULT '',
    purpose TEXT NOT NULL DEFAULT '',
    likelihoods TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;
CREATE INDEX calls_by_time ON calls (at);
CREATE INDEX calls_by_model ON calls (fingerprint, at)
"""


def _add_thinking_and_purpose(connection: sqlite3.Connection) -> None:
    for column in ("thinking", "purpose"):
        connection.execute(f"ALTER TABLE calls ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")


def _add_likelihoods(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE calls ADD COLUMN likelihoods TEXT NOT NULL DEFAULT '[]'")


_RECENT = 200


@dataclass(frozen=True, slots=True)
class CallIdentity:
    """The identity of a call: the weights, the exact prompt, the parameters.

    `prompt` is the text that the model sees, or its messages as JSON where a server renders them.
    """

    fingerprint: str
    prompt: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The SHA-256 of the identity, as 64 hexadecimal digits."""
        parts = [self.fingerprint, self.prompt, self.parameters]
        whole = json.dumps(parts, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished call. `at` is in seconds since 1970; the journal sets it when it is 0.

    `thinking` is the model's reasoning before its answer; `purpose` names the feature that made the
    call. `likelihoods` are the natural logarithms of those of its choices, where they were asked
    for.
    """

    identity: CallIdentity
    text: str
    finish: Finish = "stop"
    model: str = ""
    timings: Timings = field(default_factory=Timings)
    thinking: str = ""
    purpose: str = ""
    at: float = 0.0
    likelihoods: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelShare:
    """The calls in the journal that one model answered."""

    fingerprint: str
    model: str
    calls: int
    timings: Timings


@dataclass(frozen=True, slots=True)
class JournalStats:
    """Statistics of the journal: calls, bytes on disk, first and last time, models.

    `purposes` counts the calls by purpose; the key is "" for calls without one.
    """

    calls: int
    bytes: int
    first: datetime | None
    last: datetime | None
    models: tuple[ModelShare, ...]
    purposes: Mapping[str, int]


JOURNAL_DAMAGED = "Move journal.sqlite away: only finished calls are lost, and are made again."


class CallRecord(Protocol):
    """A record of finished calls: the journal, or what stands for one on another machine."""

    in_flight: InFlight

    def lookup(self, key: str) -> Entry | None:
        """Return the finished call with this key, or `None`."""

    def record(self, entry: Entry) -> str:
        """Return the key of a finished call once it is durable."""

    def spent(self, fingerprint: str) -> Timings | None:
        """Return the summed timings of the last calls to the weights, or `None`."""


class Journal:
    """Finished calls on disk. Threads and processes may share one file, which is made on first use.

    Raises `CollectionError` when the file cannot be read or written, and `CollectionBusyError`
    when another process keeps it locked for too long. On read-only media nothing is recorded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.in_flight = InFlight()
        self._opening = threading.Lock()
        self._opened: Database | None = None

    def __repr__(self) -> str:
        return f"<Journal {str(self.path)!r}>"

    @property
    def _database(self) -> Database:
        with self._opening:
            if self._opened is None:
                self._opened = Database(
                    self.path,
                    schema=_SCHEMA,
                    version=VERSION,
                    migrations={1: _add_thinking_and_purpose, 2: _add_likelihoods},
                )
            return self._opened

    @property
    def _has_no_place(self) -> bool:
        """Whether there is no file, and none can be made."""
        folder = self.path.parent
        return not self.path.exists() and folder.exists() and not os.access(folder, os.W_OK)

    def close(self) -> None:
        """Close this thread's connection."""
        if self._opened is not None:
            self._opened.close()

    def lookup(self, key: str) -> Entry | None:
        """Return the finished call with this key, or `None`."""
        if self._has_no_place:
            return None
        row = self._database.read(f"SELECT {_COLUMNS} FROM calls WHERE key = ?", (key,)).fetchone()  # noqa: S608
        return None if row is None else _entry(row)

    def record(self, entry: Entry) -> str:
        """Write a finished call to disk, and return its key once the call is durable.

        An earlier entry with the same key is replaced.
        """
        return self.record_all([entry])[0]

    def record_all(self, entries: Sequence[Entry]) -> list[str]:
        """Write finished calls to disk as `record` does, all or none; return their keys."""
        if self._has_no_place or self._database.is_read_only:
            return [entry.identity.key for entry in entries]
        rows = [_row(entry) for entry in entries]
        with self._database.transaction() as connection:
            connection.executemany(f"REPLACE INTO calls VALUES ({_PLACES})", rows)  # noqa: S608
        return [key for key, *_ in rows]

    def forget(self, fingerprint: str) -> int:
        """Drop all calls to the weights with this fingerprint; return their number."""
        with self._database.transaction() as connection:
            return connection.execute(
                "DELETE FROM calls WHERE fingerprint = ?", (fingerprint,)
            ).rowcount

    def prune(self, older_than: timedelta) -> int:
        """Drop the calls that ended longer ago, and free their space; return their number."""
        with self._database.transaction() as connection:
            count = connection.execute(
                "DELETE FROM calls WHERE at < ?", (time.time() - older_than.total_seconds(),)
            ).rowcount
        self._database.compact()
        return count

    def forget_where(self, is_meant: Callable[[Entry], bool]) -> int:
        """Drop the calls that are meant, without a trace on the disk; return their number."""
        rows = self._database.read(f"SELECT key, {_COLUMNS} FROM calls")  # noqa: S608
        keys = [(key,) for key, *row in rows if is_meant(_entry(row))]
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM calls WHERE key = ?", keys)
        self._database.compact()
        return len(keys)

    def stats(self) -> JournalStats:
        """Return the statistics of the journal."""
        if self._has_no_place:
            return JournalStats(0, 0, None, None, (), {})
        calls, first, last = self._database.read(
            "SELECT count(*), min(at), max(at) FROM calls"
        ).fetchone()
        shares: dict[str, ModelShare] = {}
        rows = self._database.read("SELECT fingerprint, model, timings FROM calls ORDER BY at")
        for fingerprint, model, timings in rows:
            known = shares.get(fingerprint, ModelShare(fingerprint, model, 0, Timings(calls=0)))
            shares[fingerprint] = ModelShare(
                fingerprint, model, known.calls + 1, known.timings + _timings(timings)
            )
        return JournalStats(
            calls=calls,
            bytes=sum(file.stat().st_size for file in self._files() if file.exists()),
            first=_time(first) if calls else None,
            last=_time(last) if calls else None,
            models=tuple(sorted(shares.values(), key=lambda share: -share.calls)),
            purposes=dict(
                self._database.read(
                    "SELECT purpose, count(*) FROM calls GROUP BY 1 ORDER BY 2 DESC"
                )
            ),
        )

    def spent(self, fingerprint: str) -> Timings | None:
        """Return the summed timings of the last calls to the weights, or `None` without calls."""
        if self._has_no_place:
            return None
        rows = self._database.read(
            "SELECT timings FROM calls WHERE fingerprint = ? ORDER BY at DESC LIMIT ?",
            (fingerprint, _RECENT),
        )
        spent = sum((_timings(row[0]) for row in rows), Timings(calls=0))
        return spent if spent.calls else None

    def defects(self) -> Iterator[str]:
        """Yield what is damaged in the file: its structure, and calls that are not their key's."""
        if self._has_no_place:
            return
        try:
            for (text,) in self._database.read("PRAGMA integrity_check(20)"):
                if text != "ok":
                    yield str(text)
            for key, *row in self._database.read(f"SELECT key, {_COLUMNS} FROM calls"):  # noqa: S608
                identity = _entry(row).identity
                # A prompt with a half of a character is not stored as it was.
                if identity.key != key and "\ufffd" not in identity.prompt:
                    yield f"the call {str(key)[:16]} has another prompt or other parameters"
        except CollectionError as error:
            yield str(error)

    def export(self) -> Iterator[dict[str, Any]]:
        """Yield every call as JSON values, oldest first."""
        if self._has_no_place:
            return
        for row in self._database.read(f"SELECT {_COLUMNS} FROM calls ORDER BY at, key"):  # noqa: S608
            entry = _entry(row)
            yield {
                "key": entry.identity.key,
                "at": _time(entry.at).isoformat(),
                **asdict(entry.identity),
                "model": entry.model,
                "text": entry.text,
                "finish": entry.finish,
                "thinking": entry.thinking,
                "purpose": entry.purpose,
                "likelihoods": entry.likelihoods,
                "timings": asdict(entry.timings),
            }

    def _files(self) -> Sequence[Path]:
        return (self.path, self.path.with_name(f"{self.path.name}-wal"))


_COLUMNS = (
    "at, fingerprint, model, prompt, parameters, text, finish, timings, thinking, purpose, "
    "likelihoods"
)
_PLACES = ", ".join("?" * (1 + len(_COLUMNS.split(", "))))


def _row(entry: Entry) -> tuple[Any, ...]:
    identity = entry.identity
    return (
        identity.key,
        entry.at or time.time(),
        identity.fingerprint,
        entry.model,
        _storable(identity.prompt),
        json.dumps(identity.parameters, sort_keys=True, ensure_ascii=False),
        _storable(entry.text),
        entry.finish,
        json.dumps(asdict(entry.timings)),
        _storable(entry.thinking),
        entry.purpose,
        json.dumps(entry.likelihoods),
    )


def _entry(row: Sequence[Any]) -> Entry:
    at, fingerprint, model, prompt, parameters, text, finish, timings, *rest = row
    thinking, purpose, likelihoods = rest
    return Entry(
        identity=CallIdentity(fingerprint, prompt, read_column(parameters)),
        text=text,
        finish=finish,
        model=model,
        timings=_timings(timings),
        thinking=thinking,
        purpose=purpose,
        at=at,
        likelihoods=tuple(read_column(likelihoods)),
    )


def _time(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise _damaged(f"{str(seconds)[:60]} is no time") from error


def _timings(text: str) -> Timings:
    try:
        return Timings(**read_column(text))
    except TypeError as error:
        raise _damaged(f"{text[:60]!r} are no timings") from error


def _damaged(what: str) -> CollectionError:
    return CollectionError(f"The journal is damaged: {what}.", hint=JOURNAL_DAMAGED)


def _storable(text: str) -> str:
    """Return a text that SQLite can store: lone surrogates are replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
