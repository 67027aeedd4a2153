"""An SQLite file whose disk is full, or that another process writes to."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from quoth.errors import CollectionBusyError, CollectionError
from quoth.system import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "lines.db", schema="CREATE TABLE lines (text TEXT)", version=1)
    write(database, "first")
    yield database
    database.close()


def write(database: Database, *texts: str) -> None:
    with database.transaction() as connection:
        for text in texts:
            connection.execute("INSERT INTO lines VALUES (?)", (text,))


def read(database: Database) -> list[str]:
    return [text for (text,) in database.read("SELECT text FROM lines")]


def test_a_full_disk_is_one_sentence_and_changes_nothing(database: Database) -> None:
    with database.transaction() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CollectionError, match="disk is full"):
        write(database, "second", "large " * 9000)
    assert read(database) == ["first"]


def test_a_writer_elsewhere_is_one_sentence(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CollectionBusyError, match="Another process is writing"):
        write(database, "second")
    other.execute("ROLLBACK")
    other.close()
    write(database, "third")
    assert read(database) == ["first", "third"]


def test_what_fails_before_a_threads_first_transaction_is_one_sentence(database: Database) -> None:
    database.close()
    database.path.write_bytes(b"no database" * 999)
    for suffix in ("-wal", "-shm"):
        database.path.with_name(database.path.name + suffix).unlink(missing_ok=True)
    with pytest.raises(CollectionError, match="cannot be read"):
        write(database, "second")
    with pytest.raises(CollectionError, match="cannot be read"), database.snapshot():
        read(database)


@pytest.mark.skipif(os.name != "posix", reason="a limit of SQLite on Unix")
def test_a_path_that_is_too_long_for_sqlite_is_told(tmp_path: Path) -> None:
    folder = tmp_path
    while len(os.fsencode(folder)) < 500:
        folder /= "d" * 60
    with pytest.raises(CollectionError, match="path of more than 504 bytes"):
        write(Database(folder / "lines.db", schema="CREATE TABLE lines (text TEXT)", version=1), "")
