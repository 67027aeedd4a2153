"""The tags of sources: metadata of the user's own, kept beside what a document says of itself.

A source has tags that were given by a command (`given`) and those of files beside it (`beside`),
which follow their file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Literal

from quoth.system import Database, read_column
from quoth.types import Tags

TagOrigin = Literal["given", "beside"]

COLUMNS = ("given", "beside")


def read_tags(database: Database) -> dict[str, Tags]:
    """Return the tags of each source that has some, by path; those that were given come first."""
    rows = database.read(
        "SELECT path, given, beside FROM sources WHERE given != '{}' OR beside != '{}'"
    )
    return {path: join_tags(given, beside) for path, given, beside in rows}


def join_tags(given: str, beside: str) -> Tags:
    """Return the tags of two columns as one mapping."""
    if given == beside == "{}":
        return {}
    tags: Tags = {**read_column(beside), **read_column(given)}
    return tags


def write_tags(
    connection: sqlite3.Connection, tags: Mapping[str, Tags], origin: TagOrigin
) -> set[int]:
    """Write the tags of sources by path; return the contents of those that changed."""
    assert origin in COLUMNS
    changed: set[int] = set()
    for path, values in tags.items():
        text = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
        row = connection.execute(
            f"UPDATE sources SET {origin} = ?1 WHERE path = ?2 AND {origin} != ?1 "  # noqa: S608
            "RETURNING content_id",
            (text, path),
        ).fetchone()
        if row:
            changed.add(row[0])
    return changed


def add_given(
    connection: sqlite3.Connection,
    paths: Iterable[str],
    tags: Tags,
    without: Iterable[str] = (),
) -> set[int]:
    """Add tags to those given to sources, and take some away; return the contents that changed."""
    removed = set(without)
    merged: dict[str, Tags] = {}
    for path in paths:
        row = connection.execute("SELECT given FROM sources WHERE path = ?", (path,)).fetchone()
        if row:
            kept = {key: value for key, value in read_column(row[0]).items() if key not in removed}
            merged[path] = {**kept, **tags}
    return write_tags(connection, merged, "given")
