"""The server's own SQLite file: operations, their events, uploads and conversations."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from quoth.system import Database

VERSION = 2

_SCHEMA = """
CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    collection TEXT NOT NULL,
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    attempt INTEGER NOT NULL DEFAULT 0,
    result TEXT,
    error TEXT,
    conversation TEXT NOT NULL DEFAULT '',
    idempotency TEXT UNIQUE,
    rank INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX operations_by_rank ON operations (rank);
CREATE INDEX operations_by_conversation ON operations (conversation, rank);
CREATE TABLE events (
    operation TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (operation, number)
) WITHOUT ROWID;
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    purpose TEXT NOT NULL,
    created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE placements (
    upload TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    collection TEXT NOT NULL,
    path TEXT NOT NULL,
    operation TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    PRIMARY KEY (upload, collection)
) WITHOUT ROWID;
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    collection TEXT NOT NULL,
    created REAL NOT NULL,
    name TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""
_NAME = "ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT ''"


def open_state(folder: Path) -> Database:
    """Return the SQLite file of the server in its folder."""
    return Database(
        folder / "state.sqlite",
        schema=_SCHEMA,
        version=VERSION,
        migrations={1: lambda connection: connection.execute(_NAME)},
    )


def make_id(prefix: str) -> str:
    """Return a new id: the prefix and 24 random hexadecimal digits."""
    return f"{prefix}{secrets.token_hex(12)}"


def now() -> float:
    """Return the time in seconds since 1970; no order is ever told by it."""
    return round(time.time(), 3)
