"""Part of a collection: the chunks of some documents, formats, pages, days, languages or tags."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Self
from unicodedata import normalize

from quoth.collection.tags import join_tags
from quoth.errors import UsageError
from quoth.system import Database, read_column
from quoth.types import Tags

_LAST_PAGE = 2**31


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a collection that is searched. A field without a value restricts nothing.

    `documents` are patterns such as `*/2024/*.pdf`; one without a slash matches the file name
    alone. `formats` are those of `quoth documents` (`pdf`, `mail`). `pages` are the first and the
    last page number. `since` and `until` are inclusive days: the day on which a mail was sent or
    any other file last changed. `languages` are those of the text (`de`), not of the question.
    `tags` are pairs of a key and a value: a document has one of the values for every key.
    """

    documents: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(
        cls,
        *,
        documents: Iterable[str] = (),
        formats: Iterable[str] = (),
        pages: str = "",
        since: str = "",
        until: str = "",
        languages: Iterable[str] = (),
        tags: Iterable[str] = (),
    ) -> Self | None:
        """Return the scope that texts name, `None` when they name none.

        `pages` is as `7`, `3-10`, `3-` or `-10`, a day as `2024-01-31`, a tag as `KEY=VALUE`.
        Raises `UsageError` for a text that is none of these.
        """
        scope = cls(
            documents=tuple(documents),
            formats=tuple(form.lower() for form in formats),
            pages=read_pages(pages) if pages else None,
            since=_read_day(since, "since"),
            until=_read_day(until, "until"),
            languages=tuple(code.lower() for code in languages),
            tags=tuple(map(read_tag, tags)),
        )
        return None if scope == cls() else scope

    def holds(self, path: str) -> bool:
        """Whether a path matches a pattern, however accents are encoded, or there is none."""
        if not self.documents:
            return True
        pure = PurePath(normalize("NFC", path))
        return any(
            fnmatchcase(pure.as_posix() if "/" in pattern else pure.name, pattern)
            for pattern in (normalize("NFC", pattern) for pattern in self.documents)
        )

    def holds_tags(self, tags: Tags) -> bool:
        """Whether a document with these tags has one of the values for every key."""
        wanted: dict[str, set[str]] = {}
        for key, value in self.tags:
            wanted.setdefault(_fold(key), set()).add(_fold(value))
        if not wanted:
            return True
        had = {_fold(key): set(_texts(value)) for key, value in tags.items()}
        return all(had.get(key, set()) & values for key, values in wanted.items())

    def holds_day(self, stated: str, mtime_ns: int) -> bool:
        """Whether a document that states a date, or else was last changed then, is of the days."""
        if not (self.since or self.until):
            return True
        day = _day(stated, mtime_ns)
        return (self.since or date.min) <= day <= (self.until or date.max)


def read_pages(text: str) -> tuple[int, int]:
    """Return the first and the last page of `7`, `3-10`, `3-` or `-10`. Raises `UsageError`."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if (first or last) and all(part.isdecimal() for part in (first, last) if part):
        pages = (int(first or 1), int(last or (_LAST_PAGE if dash else first)))
        if 1 <= pages[0] <= pages[1] <= _LAST_PAGE:
            return pages
    raise UsageError(f"{text!r} is not a range of pages.", hint="Write 7, 3-10, 3- or -10.")


def read_tag(text: str) -> tuple[str, str]:
    """Return the key and the value of `KEY=VALUE`. Raises `UsageError`."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not (key and equals and value):
        raise UsageError(f"A tag is KEY=VALUE, not {text!r}.", hint="As in: --tag project=bridge")
    return key, value


def select(database: Database, scope: Scope) -> list[int]:
    """Return the ids of the chunks within a scope, ascending."""
    contents = sorted({content for _, content in _within(database, scope)})
    first, last = scope.pages or (0, _LAST_PAGE)
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
        metadata: Mapping[str, str] = read_column(stated) if scope.tags or _dated(scope) else {}
        if not scope.holds_day(metadata.get("date", ""), mtime_ns):
            continue
        if scope.tags and not scope.holds_tags({**metadata, **join_tags(given, beside)}):
            continue
        yield path, content


def _dated(scope: Scope) -> bool:
    return scope.since is not None or scope.until is not None


def _day(stated: str, mtime_ns: int) -> date:
    """Return the date that a document states, else the day its file last changed."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(stated).date()
        except (ValueError, TypeError):
            continue
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date()


def _read_day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(
            f"`{name}` is not a date: {text!r}.", hint="Write a day as 2024-01-31."
        ) from error


def _texts(value: object) -> Iterator[str]:
    """Yield the value of a tag, or each of a list, as it is compared."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    else:
        text = "true" if value is True else "false" if value is False else str(value)
        yield _fold(text)
        if isinstance(value, str) and "," in value:  # a list in front matter
            yield from (_fold(part) for part in value.split(","))


def _fold(text: str) -> str:
    return normalize("NFC", text.strip()).casefold()
