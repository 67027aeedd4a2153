from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from quoth.errors import CollectionBusyError
from quoth.system import Database


def test_a_file_that_another_connection_writes_to_is_busy_until_it_is_done(tmp_path: Path) -> None:
    database = Database(tmp_path / "facts.sqlite", schema="CREATE TABLE facts (fact)", version=1)
    with database.transaction() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CollectionBusyError), database.transaction():
            pytest.fail("the transaction began")
        other.execute("ROLLBACK")
    with database.transaction() as connection:
        connection.execute("INSERT INTO facts VALUES ('water is wet')")
    assert database.read("SELECT fact FROM facts").fetchall() == [("water is wet",)]
    database.close()
