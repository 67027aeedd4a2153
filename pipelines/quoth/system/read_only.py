"""SQLite files that nobody can change, or that others change."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


def is_read_only(path: Path) -> bool:
    """Whether a file is there and cannot be written, as on read-only media."""
    return path.exists() and not all(os.access(place, os.W_OK) for place in (path, path.parent))


def open_read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads, for any thread. Raises `sqlite3.Error`.

    A file on read-only media has no place for what its readers share: it is read as it stands,
    unless a process ended without bringing its last changes into it.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _connect(address)
    except sqlite3.OperationalError:
        if not is_read_only(path) or _has_changes_beside(path):
            raise
        return _connect(f"{address}&immutable=1")


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, uri=True, timeout=30, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _has_changes_beside(path: Path) -> bool:
    """Whether the log of an SQLite file holds changes that the file does not have."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0
