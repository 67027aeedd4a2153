"""An SQLite file that threads and processes share and that survives a killed process.

WAL mode lets readers and a writer work at the same time; every transaction is on the disk when it
returns. SQLite's errors become `CollectionError`, with a hint.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from quoth.errors import CollectionBusyError, CollectionError
from quoth.system.files import make_file, make_folder
from quoth.system.notation import parse_json
from quoth.system.read_only import is_read_only, open_read_only

_AT_ONCE = 200
_DAMAGED = "Move the file away and ingest again, or restore it from a backup."
_ROOM = 1_000_000
"""The free bytes on a disk below which an input/output error is that of a full disk."""
_LONGEST_PATH = 504
"""The bytes of the longest path that SQLite opens on Unix: 512, less a suffix of its own."""

Fetched = TypeVar("Fetched")
Migration = Callable[[sqlite3.Connection], object]
"""Migrates a file from one layout to the next, inside a transaction."""


class Rows:
    """The rows of a statement; a damaged one raises what `translate` makes of SQLite's error."""

    def __init__(
        self,
        cursor: sqlite3.Cursor,
        translate: Callable[[sqlite3.DatabaseError], CollectionError],
    ) -> None:
        self._cursor = cursor
        self._translate = translate

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""
        while rows := self._fetch(lambda: self._cursor.fetchmany(_AT_ONCE)):
            yield from rows

    def fetchone(self) -> Any:
        """Return the next row, `None` at the end."""
        return self._fetch(self._cursor.fetchone)

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return self._fetch(self._cursor.fetchall)

    def _fetch(self, fetch: Callable[[], Fetched]) -> Fetched:
        try:
            return fetch()
        except sqlite3.DatabaseError as error:
            raise self._translate(error) from error


class Database:
    """An SQLite file with one connection per thread.

    `schema` creates a new file, whose layout is `version`. `migrations` maps each older layout that
    can still be read to the step to the next one.
    """

    def __init__(
        self,
        path: Path,
        *,
        schema: str,
        version: int,
        migrations: Mapping[int, Migration] | None = None,
    ) -> None:
        self.path = path
        self._schema = schema
        self._version = version
        self._migrations = migrations or {}
        self._local = threading.local()
        self._writing = threading.RLock()
        try:
            make_folder(path.parent)
            make_file(path)
        except OSError as error:
            raise CollectionError(
                f"The folder {path.parent} cannot be created: {error.strerror}.",
                hint="Set QUOTH_HOME to another folder.",
            ) from error
        layout = self.read("PRAGMA user_version").fetchone()[0]
        if layout == 0:
            self._create()
        elif layout > version:
            raise CollectionError(
                f"{path} was written by a newer Quoth (layout {layout}, this one knows {version}).",
                hint="Use that Quoth again, or put the copy of the home from before it in place.",
            )
        elif layout < version:
            self._migrate()

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def read(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """Run a read-only statement and return its rows.

        Raises `CollectionError`, as the rows do where a damaged one is met.
        """
        try:
            cursor = self._connection().execute(statement, tuple(values))
        except sqlite3.DatabaseError as error:
            raise self._translate(error) from error
        return Rows(cursor, self._translate)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Give this thread one snapshot for all reads, whatever others write meanwhile.

        Nothing can be written within it.
        """
        try:
            connection = self._connection()
            is_within = connection.in_transaction
            if not is_within:
                connection.execute("BEGIN")
        except sqlite3.DatabaseError as error:
            raise self._translate(error) from error
        try:
            yield
        finally:
            if not is_within:
                connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose changes are committed together, or rolled back on an error.

        A transaction within another one of the same thread is a part of it.
        """
        with self._writing:
            if getattr(self._local, "is_writing", False):
                yield self._connection()
                return
            self._local.is_writing = True
            try:
                connection = self._connection()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.DatabaseError as error:
                raise self._translate(error) from error
            finally:
                self._local.is_writing = False

    def compact(self) -> None:
        """Write the file anew, without a byte of what was removed from it.

        Raises `CollectionBusyError` while another process reads it.
        """
        self.read("VACUUM").fetchall()
        busy, *_ = self.read("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise CollectionBusyError(
                f"Another process reads {self.path}.",
                hint="End it, and run the same command again.",
            )

    def _create(self) -> None:
        with self.transaction() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in self._schema.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self._version}")

    def _migrate(self) -> None:
        """Migrate the file to this version's layout, all steps in one transaction."""
        with self.transaction() as connection:
            for layout in range(
                connection.execute("PRAGMA user_version").fetchone()[0], self._version
            ):
                self._migrations[layout](connection)
            connection.execute(f"PRAGMA user_version = {self._version}")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = open_read_only(self.path) if self.is_read_only else self._open()
            self._local.connection = connection
        return connection

    @property
    def is_read_only(self) -> bool:
        """Whether the file is there and cannot be written, as on read-only media."""
        return is_read_only(self.path)

    def _open(self) -> sqlite3.Connection:
        # After a thread has ended, another one closes its connection.
        connection = sqlite3.connect(
            self.path, timeout=30, isolation_level=None, check_same_thread=False
        )
        _enable_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _translate(self, error: sqlite3.DatabaseError) -> CollectionError:
        text = str(error)
        if any(word in text for word in ("locked", "busy", "locking protocol")):
            return CollectionBusyError(
                f"Another process is writing to {self.path}.", hint="Try again later."
            )
        name = getattr(error, "sqlite_errorname", "")
        # A quota or a limit on file size is reported as an input/output error.
        if "full" in text or name == "SQLITE_IOERR_WRITE" or self._has_no_room(name):
            return CollectionError(
                f"The disk is full; nothing was changed in {self.path}.",
                hint="Make room and run the same command again; it resumes where it stopped.",
            )
        if "unable to open" in text and len(os.fsencode(self.path.resolve())) > _LONGEST_PATH:
            return CollectionError(
                f"SQLite cannot open a path of more than {_LONGEST_PATH} bytes: {self.path}",
                hint="Set QUOTH_HOME to a folder with a shorter path.",
            )
        if "readonly" in text or "unable to open" in text:
            return CollectionError(
                f"{self.path} cannot be written: {text}.",
                hint="Set QUOTH_HOME to a folder that you can write to.",
            )
        if name.startswith("SQLITE_IOERR"):
            return CollectionError(
                f"{self.path} cannot be read: {text}.", hint="Check the disk, and try again."
            )
        return CollectionError(f"{self.path} cannot be read: {text}.", hint=_DAMAGED)

    def _has_no_room(self, name: str) -> bool:
        """Whether an error of the system comes from a disk without room for SQLite's own files."""
        if not name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
            return False
        try:
            return shutil.disk_usage(self.path.parent).free < _ROOM
        except OSError:
            return False


def read_column(text: Any) -> Any:
    """Return the value of a column that holds JSON. Raises `CollectionError` for a damaged one."""
    try:
        return parse_json(text)
    except (ValueError, TypeError) as error:
        raise CollectionError(
            f"The database is damaged: a value is not JSON ({error}).", hint=_DAMAGED
        ) from error


def _enable_wal(connection: sqlite3.Connection) -> None:
    """Turn on WAL, with retries: SQLite does not wait for a process that does the same."""
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")
