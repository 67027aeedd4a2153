"""Queries for sources, documents and pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from quoth.collection.tags import join_tags
from quoth.system import Database, read_column
from quoth.types import Document, Drawn, Heading, Page, Tags, format_count


@dataclass(frozen=True, slots=True)
class Copy:
    """A path, and the facts about a file whose bytes are those of a content."""

    path: str
    hash: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, repr=False)
class Source(Drawn):
    """A path in the collection, with the facts about its file when it was read.

    `unreadable` and `unread` are those of its `Document`. `language` is that of most of the text
    (ISO 639-1), `und` for a text of no language. `tags` are metadata of the user's own.
    """

    path: str
    hash: str
    size: int
    mtime_ns: int
    title: str
    format: str
    pages: int
    chunks: int
    unreadable: tuple[int, ...]
    language: str
    unread: Mapping[str, int]
    tags: Tags

    def __repr__(self) -> str:
        size = f"{format_count(self.pages, 'page')}, {format_count(self.chunks, 'chunk')}"
        return f"<Source {self.path!r}: {self.format}, {size}, {self.language}>"


class Sources(list[Source], Drawn):
    """The sources of a collection, which a notebook shows as a table."""

    def __repr__(self) -> str:
        chunks = sum(source.chunks for source in self)
        counts = f"{format_count(len(self), 'source')}, {format_count(chunks, 'chunk')}"
        return f"<{counts}: {', '.join(map(_name, self[:3]))}>"


def _name(source: Source) -> str:
    return PurePath(source.path).name


def read_sources(database: Database) -> Sources:
    """Return all sources, ordered by path."""
    rows = database.read(
        """SELECT s.path, c.hash, s.size, s.mtime_ns, c.title, c.format, c.unreadable, c.unread,
                  (SELECT count(*) FROM pages p WHERE p.content_id = c.id),
                  (SELECT count(*) FROM chunks k WHERE k.content_id = c.id), c.language,
                  s.given, s.beside
           FROM sources s JOIN contents c ON c.id = s.content_id ORDER BY s.path"""
    )
    return Sources(
        Source(
            path,
            hash,
            size,
            mtime,
            title,
            form,
            pages,
            chunks,
            tuple(read_column(unreadable)),
            language,
            read_column(unread),
            join_tags(given, beside),
        )
        for (
            path,
            hash,
            size,
            mtime,
            title,
            form,
            unreadable,
            unread,
            pages,
            chunks,
            language,
            given,
            beside,
        ) in rows
    )


def read_stamps(database: Database) -> dict[str, tuple[int, int, str]]:
    """Return size, modification time (nanoseconds) and content hash of each source by path."""
    rows = database.read(
        "SELECT path, size, mtime_ns, hash FROM sources JOIN contents ON id = content_id"
    )
    return {path: (size, mtime, hash) for path, size, mtime, hash in rows}


def read_document(database: Database, path: str) -> Document | None:
    """Return the document at `path` with all its pages, or `None`."""
    row = database.read(
        """SELECT c.id, c.title, c.format, c.unreadable, c.notes, c.metadata,
                  c.language, c.language_is_set, c.unread
           FROM sources s JOIN contents c ON c.id = s.content_id WHERE s.path = ?""",
        (path,),
    ).fetchone()
    if row is None:
        return None
    content, title, form, unreadable, notes, metadata, language, is_set, unread = row
    pages = database.read(
        """SELECT number, text, label, headings, metadata FROM pages
           WHERE content_id = ? ORDER BY number""",
        (content,),
    )
    return Document(
        source=path,
        title=title,
        format=form,
        pages=tuple(
            Page(
                number,
                text,
                label,
                tuple(Heading(*heading) for heading in read_column(headings)),
                read_column(facts),
            )
            for number, text, label, headings, facts in pages
        ),
        unreadable=tuple(read_column(unreadable)),
        notes=tuple(read_column(notes)),
        metadata=read_column(metadata),
        unread=read_column(unread),
        language=language,
        language_is_set=bool(is_set),
    )


def read_page_text(database: Database, path: str, number: int) -> str | None:
    """Return the text of one page of the source at `path`, or `None`."""
    row = database.read(
        """SELECT p.text FROM pages p JOIN sources s ON s.content_id = p.content_id
           WHERE s.path = ? AND p.number = ?""",
        (path, number),
    ).fetchone()
    return None if row is None else str(row[0])


def read_headings(database: Database, path: str, *, up_to_page: int) -> list[tuple[int, Heading]]:
    """Return the headings of the source at `path` with their pages, in order, up to a page."""
    rows = database.read(
        """SELECT p.number, p.headings FROM pages p JOIN sources s ON s.content_id = p.content_id
           WHERE s.path = ? AND p.number <= ? AND p.headings != '[]' ORDER BY p.number""",
        (path, up_to_page),
    )
    return [
        (number, Heading(*heading))
        for number, headings in rows
        for heading in sorted(read_column(headings))
    ]


def count_unreadable(database: Database, paths: Iterable[str]) -> int:
    """Return the number of pages without text in the sources at these paths."""
    row = database.read(
        """SELECT sum(json_array_length(unreadable)) FROM contents WHERE id IN
               (SELECT content_id FROM sources WHERE path IN (SELECT value FROM json_each(?)))""",
        (json.dumps(list(paths)),),
    ).fetchone()
    return int(row[0] or 0)


def count_languages(database: Database) -> dict[str, int]:
    """Return the number of chunks in each language, most first."""
    rows = database.read(
        """SELECT coalesce(k.language, c.language) AS code, count(*) AS chunks
           FROM chunks k JOIN contents c ON c.id = k.content_id
           GROUP BY code ORDER BY chunks DESC, code"""
    )
    return dict(rows.fetchall())
