"""Part of a collection: the chunks of some paths, formats, pages, days or languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from pathlib import PurePath
from unicodedata import normalize

from quoth.system import Database


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a collection that is searched. A field without a value restricts nothing.

    `paths` are patterns such as `*/2024/*.pdf`; one without a slash matches the file name alone.
    `formats` are those of `quoth documents` (`pdf`, `mail`). `pages` are the first and the last
    page number. `since` and `until` are inclusive days: the day on which a mail was sent or any
    other file last changed. `languages` are those of the text (`de`), not of the question.
    """

    paths: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a path matches a pattern, however accents are encoded, or there is none."""
        if not self.paths:
            return True
        pure = PurePath(normalize("NFC", path))
        return any(
            fnmatchcase(pure.as_posix() if "/" in pattern else pure.name, pattern)
            for pattern in (normalize("NFC", pattern) for pattern in self.paths)
        )


def select(database: Database, scope: Scope) -> list[int]:
    """Return the ids of the chunks within a scope, ascending."""
    contents = sorted(set(_contents(database, scope)))
    first, last = scope.pages or (0, 2**31)
    rows = database.read(
        """SELECT k.id FROM chunks k JOIN contents c ON c.id = k.content_id
           WHERE k.content_id IN (SELECT value FROM json_each(?1)) AND k.page BETWEEN ?2 AND ?3
           AND (?4 = '[]' OR coalesce(k.language, c.language) IN (SELECT value FROM json_each(?4)))
           ORDER BY k.id""",
        (json.dumps(contents), first, last, json.dumps(scope.languages)),
    )
    return [row[0] for row in rows]


def chunks_of(database: Database, contents: Sequence[int]) -> list[int]:
    """Return the ids of the chunks of these contents, ascending."""
    rows = database.read(
        "SELECT id FROM chunks WHERE content_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(contents)),),
    )
    return [row[0] for row in rows]


def _contents(database: Database, scope: Scope) -> Iterator[int]:
    rows = database.read(
        """SELECT s.path, s.content_id, s.mtime_ns, c.format, c.metadata
           FROM sources s JOIN contents c ON c.id = s.content_id"""
    )
    for path, content, mtime_ns, form, metadata in rows:
        if not scope.holds(path) or (scope.formats and form not in scope.formats):
            continue
        if scope.since or scope.until:
            day = _day(json.loads(metadata).get("date", ""), mtime_ns)
            if day < (scope.since or date.min) or day > (scope.until or date.max):
                continue
        yield content


def _day(stated: str, mtime_ns: int) -> date:
    """Return the date that a document states, else the day its file last changed."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(stated).date()
        except (ValueError, TypeError):
            continue
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date()
