"""The LangChain documents that were added to a collection, each a span on a page of its source."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from quoth.system import Database, read_column


@dataclass(frozen=True, slots=True)
class Record:
    """A LangChain document that was added: `text` is that of `page` from `start` to `end`.

    `path` is that of its source, and `metadata` holds what JSON can hold.
    """

    id: str
    path: str
    page: int
    start: int
    end: int
    text: str
    metadata: Mapping[str, Any]


class Records:
    """The records of a collection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def together(self) -> AbstractContextManager[object]:
        """Open a block whose writes to the store are committed together, or not at all."""
        return self._database.transaction()

    def paths(self) -> frozenset[str]:
        """Return the paths of the sources that consist of records."""
        return frozenset(row[0] for row in self._database.read("SELECT DISTINCT path FROM records"))

    def ids(self) -> list[str]:
        """Return the ids of all records, sorted."""
        return [row[0] for row in self._database.read("SELECT id FROM records ORDER BY id")]

    def named(self, ids: Iterable[str]) -> dict[str, Record]:
        """Return the records with these ids, by id; unknown ids are left out."""
        found = self._read("r.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
        return {record.id: record for record in found}

    def of_sources(self, paths: Iterable[str]) -> dict[str, list[Record]]:
        """Return the records of these sources in the order of their text, by path."""
        found: dict[str, list[Record]] = {}
        where = "r.path IN (SELECT value FROM json_each(?))"
        for record in self._read(where, (json.dumps(list(paths)),)):
            found.setdefault(record.path, []).append(record)
        return found

    def at(self, paths: Sequence[str], page: int, start: int) -> list[Record]:
        """Return the record of each source on whose page the text at an offset is."""
        found = {}
        where = "r.path IN (SELECT value FROM json_each(?)) AND r.page = ? AND r.start <= ?"
        for record in self._read(where, (json.dumps(list(paths)), page, start)):
            found[record.path] = record  # the last one that begins there or before
        return [found[path] for path in paths if path in found]

    def _read(self, where: str, values: Sequence[object]) -> Iterator[Record]:
        rows = self._database.read(
            f"""SELECT r.id, r.path, r.page, r.start, r.end,
                       substr(p.text, r.start + 1, r.end - r.start), r.metadata
                FROM records r JOIN sources s ON s.path = r.path
                JOIN pages p ON p.content_id = s.content_id AND p.number = r.page
                WHERE {where} ORDER BY r.path, r.page, r.start, r.id""",  # noqa: S608
            values,
        )
        for id, path, page, start, end, text, metadata in rows:
            yield Record(id, path, page, start, end, text, read_column(metadata))


def write_records(connection: sqlite3.Connection, path: str, records: Iterable[Record]) -> None:
    """Write the records of a source, which has none yet, within a transaction."""
    connection.executemany(
        "REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                record.id,
                path,
                record.page,
                record.start,
                record.end,
                json.dumps(dict(record.metadata), ensure_ascii=False),
            )
            for record in records
        ],
    )
