"""Queries for what a scope holds: its chunks, and the paths of its sources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from quoth.collection.scope import Scope
from quoth.collection.scope_values import LAST_PAGE
from quoth.collection.tags import join_tags
from quoth.system import Database, read_column


def select(database: Database, scope: Scope) -> list[int]:
    """Return the ids of the chunks within a scope, ascending."""
    contents = sorted({content for _, content in _within(database, scope)})
    first, last = scope.pages or (0, LAST_PAGE)
    rows = database.read(
        """SELECT k.id FROM chunks k JOIN contents c ON c.id = k.content_id
           WHERE k.content_id IN (SELECT value FROM json_each(?1)) AND k.page BETWEEN ?2 AND ?3
           AND (?4 = '[]' OR coalesce(k.language, c.language) IN (SELECT value FROM json_each(?4)))
           ORDER BY k.id""",
        (json.dumps(contents), first, last, json.dumps(scope.languages)),
    )
    return [row[0] for row in rows]


def paths_within(database: Database, scope: Scope) -> frozenset[str]:
    """Return the paths of the sources with a chunk within a scope."""
    paths = dict(_within(database, scope))
    if not (scope.pages or scope.languages):
        return frozenset(paths)
    rows = database.read(
        """SELECT DISTINCT content_id FROM chunks
           WHERE id IN (SELECT value FROM json_each(?))""",
        (json.dumps(select(database, scope)),),
    )
    held = {row[0] for row in rows}
    return frozenset(path for path, content in paths.items() if content in held)


def chunks_of(database: Database, contents: Sequence[int]) -> list[int]:
    """Return the ids of the chunks of these contents, ascending."""
    rows = database.read(
        "SELECT id FROM chunks WHERE content_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(contents)),),
    )
    return [row[0] for row in rows]


def _within(database: Database, scope: Scope) -> Iterator[tuple[str, int]]:
    """Yield the path and the content of each source that a scope holds, whatever its pages."""
    rows = database.read(
        """SELECT s.path, s.content_id, s.mtime_ns, c.format, c.metadata, s.given, s.beside
           FROM sources s JOIN contents c ON c.id = s.content_id"""
    )
    for path, content, mtime_ns, form, stated, given, beside in rows:
        if not scope.holds(path) or (scope.formats and form not in scope.formats):
            continue
        metadata: Mapping[str, str] = read_column(stated) if scope.tags or scope.has_days else {}
        if not scope.holds_day(metadata.get("date", ""), mtime_ns):
            continue
        if scope.tags and not scope.holds_tags({**metadata, **join_tags(given, beside)}):
            continue
        yield path, content
