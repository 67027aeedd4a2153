"""The store: one SQLite file per collection, with sources, pages, chunks, vectors and keywords.

A *content* is identified by the hash of a file's bytes; a *source* is a path with that content. Two
paths with the same bytes share one content, its chunks and its vectors. A content is written or
removed in one transaction, with its keyword entries and a note for the dense index (`pending`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from quoth.collection.check import Problem, check_database
from quoth.collection.chunks import (
    Signals,
    read_chunks,
    read_known_vectors,
    read_signals,
    read_vectors,
)
from quoth.collection.documents import (
    Copy,
    Sources,
    count_languages,
    count_unreadable,
    read_document,
    read_headings,
    read_page_text,
    read_sources,
    read_stamps,
)
from quoth.collection.failures import Failures
from quoth.collection.insert import insert_chunks, insert_content, point_source
from quoth.collection.keywords import Keywords
from quoth.collection.languages import write_language
from quoth.collection.records import Record, Records, write_records
from quoth.collection.schema import MIGRATIONS, SCHEMA, VERSION
from quoth.collection.scope import Scope
from quoth.collection.selection import chunks_of, paths_within, select
from quoth.collection.separation import (
    SEPARATIONS,
    Separation,
    read_separations,
    write_separations,
)
from quoth.collection.tags import TagOrigin, add_given, read_tags, write_tags
from quoth.collection.words import (
    ANALYSER,
    check_analyser,
    compact_words,
    forget_words,
    other_analyser_error,
    write_all_words,
    write_names,
    write_words,
)
from quoth.system import Database, WriteLock
from quoth.text import analyser_fingerprint
from quoth.types import Chunk, Document, Heading, Tags, Vectors

VECTORS = "vectors"
"""The key of the state of the file of vectors in a collection's `meta`."""
ANALYSE_UP_TO = 20_000
"""The most chunks whose outdated words a search analyses again: some seconds of work."""


class Store:
    """One collection on disk. Threads may share a store; one process writes at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path, schema=SCHEMA, version=VERSION, migrations=MIGRATIONS)
        self.failures = Failures(self._database)
        self.keywords = Keywords(self._database)
        self.records = Records(self._database)
        self._languages: tuple[int, dict[str, int]] = (-1, {})

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()

    def meta(self, key: str) -> str | None:
        """Return a fact about the collection, such as its embedder, or `None`."""
        row = self._database.read("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Record a fact about the collection."""
        with self._database.transaction() as connection:
            connection.execute("REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def generation(self) -> int:
        """A number that changes whenever chunks are added or removed, by any process."""
        return int(self.meta("generation") or 0)

    def separations(self) -> dict[str, Separation]:
        """Return how well the embedder separates the texts of each language (ISO 639-1)."""
        return read_separations(self.meta(SEPARATIONS))

    def set_separations(self, separations: Mapping[str, Separation]) -> None:
        """Record how well the embedder separates the texts of each language."""
        self.set_meta(SEPARATIONS, write_separations(separations))

    @property
    def words_are_current(self) -> bool:
        """Whether the analyser of this version made the stored words; only then they match."""
        return self.meta(ANALYSER) in (None, analyser_fingerprint())

    def analyse_again(self) -> None:
        """Analyse all stored text again; the caller holds the lock. All or nothing."""
        with self._database.transaction() as connection:
            write_all_words(connection)
            self._advance(connection)

    def renew_words(self) -> None:
        """Analyse all stored text again if another analyser made its words, under the lock."""
        if not self.words_are_current:
            self.analyse_again()

    def follow_analyser(
        self, lock: WriteLock, *, up_to: int = ANALYSE_UP_TO, wait_seconds: float = 10.0
    ) -> None:
        """Analyse all stored text again if another version of Quoth made the words.

        Raises `FingerprintError` when there are more than `up_to` chunks, and `CollectionBusyError`
        when another process writes for longer than `wait_seconds`.
        """
        if self.words_are_current:
            return
        if self.chunk_count() > up_to:
            raise other_analyser_error()
        with lock.hold(wait_seconds=wait_seconds):
            self.renew_words()

    # -- writing ---------------------------------------------------------------------------

    def put(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: Vectors,
        *,
        hash: str,
        size: int,
        mtime_ns: int,
        embedded_hashes: Sequence[str],
        records: Sequence[Record] = (),
    ) -> None:
        """Store a document at `document.source`, in place of any earlier one.

        `vectors` has a row of unit length for each chunk. All or nothing.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT id FROM contents WHERE hash = ?", (hash,)).fetchone()
            content = row[0] if row else insert_content(connection, document, hash)
            if not row:
                insert_chunks(connection, content, chunks, vectors, embedded_hashes)
                self._advance(connection)
            source = Copy(document.source, hash, size, mtime_ns)
            self._follow_sources(connection, point_source(connection, content, source))
            write_records(connection, document.source, records)

    def link(self, copies: Iterable[Copy]) -> set[str]:
        """Point paths to the stored contents with their hashes. All or nothing.

        Returns the paths whose content is stored.
        """
        linked: set[str] = set()
        touched: set[int] = set()
        with self._database.transaction() as connection:
            for copy in copies:
                row = connection.execute("SELECT id FROM contents WHERE hash = ?", (copy.hash,))
                if (found := row.fetchone()) is not None:
                    linked.add(copy.path)
                    touched |= point_source(connection, found[0], copy)
            self._follow_sources(connection, touched)
        return linked

    def remove(self, paths: Iterable[str]) -> None:
        """Remove these sources and the contents that no source has any more. All or nothing."""
        with self._database.transaction() as connection:
            contents = set()
            for path in paths:
                row = connection.execute(
                    "DELETE FROM sources WHERE path = ? RETURNING content_id", (path,)
                ).fetchone()
                if row:
                    contents.add(row[0])
            self._follow_sources(connection, contents)

    def compact(self) -> None:
        """Write the file anew, without a byte of what was removed; see `Database.compact`."""
        with self._database.transaction() as connection:
            compact_words(connection)
        self._database.compact()

    def set_language(self, paths: Iterable[str], code: str) -> None:
        """Set the language of these sources, and make their words again. All or nothing."""
        with self._database.transaction() as connection:
            check_analyser(connection)
            changed = write_language(connection, paths, code)
            for content in changed:
                connection.execute(
                    "UPDATE chunks SET language = NULL WHERE content_id = ?", (content,)
                )
                write_words(connection, content)
            if changed:
                self._advance(connection)

    def set_tags(self, tags: Mapping[str, Tags], origin: TagOrigin) -> None:
        """Replace the tags of one origin, of the sources with these paths. All or nothing."""
        with self._database.transaction() as connection:
            if write_tags(connection, tags, origin):
                self._advance(connection)

    def add_tags(self, paths: Iterable[str], tags: Tags, *, without: Iterable[str] = ()) -> None:
        """Add tags to those given to sources, and take away those `without`. All or nothing."""
        with self._database.transaction() as connection:
            if add_given(connection, paths, tags, without):
                self._advance(connection)

    def replace_chunks(
        self,
        contents: Iterable[tuple[str, Sequence[Chunk], Vectors, Sequence[str]]],
        meta: dict[str, str],
    ) -> None:
        """Replace all chunks, and record `meta`, such as the embedder and the splitter.

        `contents` has the hash of each content, its chunks, their vectors (a row each), and the
        hashes of the embedded texts. All or nothing: until the end, readers see the old chunks.
        """
        with self._database.transaction() as connection:
            connection.execute("REPLACE INTO pending SELECT id, 1 FROM chunks")
            forget_words(connection)
            connection.execute("DELETE FROM chunks")
            connection.execute("DELETE FROM meta WHERE key IN (?, ?)", (ANALYSER, SEPARATIONS))
            for hash, chunks, vectors, embedded_hashes in contents:
                row = connection.execute("SELECT id FROM contents WHERE hash = ?", (hash,))
                content = row.fetchone()[0]
                insert_chunks(connection, content, chunks, vectors, embedded_hashes)
                write_names(connection, content)
            self._advance(connection)
            connection.executemany("REPLACE INTO meta VALUES (?, ?)", meta.items())

    def problems(self) -> Iterator[Problem]:
        """Yield the inconsistencies within the store."""
        yield from check_database(self._database)

    # -- reading ---------------------------------------------------------------------------

    def snapshot(self) -> AbstractContextManager[None]:
        """Open a block in which this thread reads one state of the store and cannot write."""
        return self._database.snapshot()

    def sources(self) -> Sources:
        """Return all sources, ordered by path."""
        return read_sources(self._database)

    def holds(self, hash: str) -> bool:
        """Whether a content with this hash is stored."""
        row = self._database.read("SELECT 1 FROM contents WHERE hash = ?", (hash,))
        return row.fetchone() is not None

    def stamps(self) -> dict[str, tuple[int, int, str]]:
        """Return size, modification time (nanoseconds) and content hash of each source by path."""
        return read_stamps(self._database)

    def document(self, path: str) -> Document | None:
        """Return the document at `path` with all its pages, or `None`."""
        return read_document(self._database, path)

    def page_text(self, path: str, number: int) -> str | None:
        """Return the text of one page of the source at `path`, or `None`."""
        return read_page_text(self._database, path, number)

    def headings(self, path: str, *, up_to_page: int) -> list[tuple[int, Heading]]:
        """Return the headings of the source at `path` with their pages, in order, up to a page."""
        return read_headings(self._database, path, up_to_page=up_to_page)

    def count_unreadable(self, paths: Iterable[str]) -> int:
        """Return the number of pages without text in the sources at these paths."""
        return count_unreadable(self._database, paths)

    def chunks(self, ids: Sequence[int]) -> dict[int, Chunk]:
        """Return the chunks with these ids, by id; unknown ids are left out."""
        where = "WHERE k.id IN (SELECT value FROM json_each(?))"
        return {
            chunk.id or 0: chunk
            for chunk in read_chunks(self._database, where, (json.dumps(list(ids)),))
        }

    def neighbours(self, chunk: Chunk, *, distance: int) -> list[Chunk]:
        """Return the chunks of the same document up to `distance` before and after, in order."""
        return list(
            read_chunks(
                self._database,
                """WHERE k.content_id = (SELECT content_id FROM chunks WHERE id = ?)
                   AND k.ordinal BETWEEN ? AND ? ORDER BY k.ordinal""",
                (chunk.id, chunk.ordinal - distance, chunk.ordinal + distance),
            )
        )

    def select(self, scope: Scope) -> list[int]:
        """Return the ids of the chunks within a scope, ascending."""
        return select(self._database, scope)

    def paths_within(self, scope: Scope) -> frozenset[str]:
        """Return the paths of the sources with a chunk within a scope."""
        return paths_within(self._database, scope)

    def tags(self) -> dict[str, Tags]:
        """Return the tags of each source that has some, by path."""
        return read_tags(self._database)

    def chunks_of(self, contents: Sequence[int]) -> list[int]:
        """Return the ids of the chunks of these contents, ascending."""
        return chunks_of(self._database, contents)

    def languages(self) -> dict[str, int]:
        """Return the number of chunks in each language (ISO 639-1), most first."""
        if self._languages[0] != self.generation:
            self._languages = self.generation, count_languages(self._database)
        return dict(self._languages[1])

    def content_count(self) -> int:
        """Return the number of contents."""
        return int(self._database.read("SELECT count(*) FROM contents").fetchone()[0])

    def chunk_count(self) -> int:
        """Return the number of chunks."""
        return int(self._database.read("SELECT count(*) FROM chunks").fetchone()[0])

    def vectors(self, ids: Sequence[int] | None = None) -> tuple[list[int], Vectors]:
        """Return the ids and vectors (a row each) of these chunks or of all, ordered by id."""
        return read_vectors(self._database, ids)

    def known_vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of texts that were embedded before, by text hash."""
        return read_known_vectors(self._database, hashes)

    def chunk_ids(self) -> list[int]:
        """Return the ids of all chunks, ascending."""
        return [row[0] for row in self._database.read("SELECT id FROM chunks ORDER BY id")]

    def embedded_hashes(self) -> dict[int, str]:
        """Return the hash of the embedded text of each chunk, by chunk id."""
        return dict(self._database.read("SELECT id, embedded_hash FROM chunks").fetchall())

    def signals(self, ids: Sequence[int]) -> list[Signals]:
        """Return the data of these chunks that a search scores, ordered by id."""
        return read_signals(self._database, ids)

    # -- the dense index, which follows ----------------------------------------------------

    def pending(self) -> tuple[list[int], list[int]]:
        """Return the ids of the chunks to add to the dense index, and of those to remove."""
        rows = self._database.read("SELECT chunk_id, removed FROM pending").fetchall()
        return [i for i, removed in rows if not removed], [i for i, removed in rows if removed]

    @property
    def vectors_state(self) -> str:
        """The state of the file of vectors that has all changes except the pending ones."""
        return self.meta(VECTORS) or ""

    def settle(self, ids: Sequence[int], *, state: str) -> None:
        """Drop the pending notes of these chunks, which the dense index has applied.

        `state` is that of the file of vectors.
        """
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM pending WHERE chunk_id = ?", [(i,) for i in ids])
            connection.execute("REPLACE INTO meta VALUES (?, ?)", (VECTORS, state))

    # -- inside ----------------------------------------------------------------------------

    def _follow_sources(self, connection: sqlite3.Connection, contents: Iterable[int]) -> None:
        """Write the names of contents whose sources changed; drop those without a source."""
        for content in contents:
            used = connection.execute(
                "SELECT 1 FROM sources WHERE content_id = ? LIMIT 1", (content,)
            ).fetchone()
            if used:
                write_names(connection, content)
            else:
                forget_words(connection, content)
                connection.execute(
                    "REPLACE INTO pending SELECT id, 1 FROM chunks WHERE content_id = ?", (content,)
                )
                connection.execute("DELETE FROM contents WHERE id = ?", (content,))
            self._advance(connection)

    def _advance(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            """INSERT INTO meta VALUES ('generation', '1')
               ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"""
        )
