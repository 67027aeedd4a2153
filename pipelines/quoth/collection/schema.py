"""The layout of a collection on disk; docs/design.md explains it and its migrations."""

from __future__ import annotations

import sqlite3

from quoth.collection.languages import write_languages

VERSION = 6
"""Version of the layout on disk, kept in SQLite's `user_version`."""

KEYWORDS = """
CREATE VIRTUAL TABLE keywords USING fts5 (
    name, body, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
)
"""
"""Words come analysed, with a space between them: all other characters are letters of a word."""

VOCABULARY = """
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5 (
    word UNINDEXED, groups, detail = none,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
)
"""
"""Each distinct word once, by its code, with its groups of letters, to find words like another."""

LABELS = "CREATE INDEX IF NOT EXISTS pages_by_label ON pages (content_id, number, label)"
"""The labels of pages, which a search reads without the text of the pages."""

RECORDS = """
CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL REFERENCES sources (path) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    metadata TEXT NOT NULL
) WITHOUT ROWID
"""
"""The LangChain documents that were added, each with its span on a page of its source."""

RECORDS_BY_PATH = "CREATE INDEX IF NOT EXISTS records_by_path ON records (path, page)"

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    unreadable TEXT NOT NULL,
    notes TEXT NOT NULL,
    metadata TEXT NOT NULL,
    language TEXT NOT NULL,
    language_is_set INTEGER NOT NULL,
    unread TEXT NOT NULL DEFAULT '{{}}'
);
CREATE TABLE sources (
    path TEXT PRIMARY KEY,
    content_id INTEGER NOT NULL REFERENCES contents (id),
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    given TEXT NOT NULL DEFAULT '{{}}',
    beside TEXT NOT NULL DEFAULT '{{}}'
) WITHOUT ROWID;
CREATE INDEX sources_by_content ON sources (content_id);
CREATE TABLE pages (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT,
    text TEXT NOT NULL,
    headings TEXT NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{{}}',
    PRIMARY KEY (content_id, number)
) WITHOUT ROWID;
{LABELS};
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT,
    words BLOB NOT NULL,
    around BLOB NOT NULL,
    embedded_hash TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (content_id, ordinal)
);
CREATE INDEX chunks_by_hash ON chunks (embedded_hash);
CREATE INDEX chunks_by_language ON chunks (content_id, language);
CREATE TABLE failures (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    conditions TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pending (chunk_id INTEGER PRIMARY KEY, removed INTEGER NOT NULL);
{KEYWORDS};
{VOCABULARY};
CREATE TABLE terms (code INTEGER PRIMARY KEY, chunks INTEGER NOT NULL);
CREATE TABLE names (
    word TEXT NOT NULL,
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    PRIMARY KEY (word, content_id)
) WITHOUT ROWID;
CREATE INDEX names_by_content ON names (content_id);
{RECORDS};
{RECORDS_BY_PATH};
"""


def _add_analyser_and_page_metadata(connection: sqlite3.Connection) -> None:
    """Note the analyser, which layout 2 records: collections of layout 1 have the first one.

    Pages get metadata, which layout 1 does not have.
    """
    connection.execute("ALTER TABLE pages ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}'")
    connection.execute(
        """INSERT INTO meta SELECT 'analyser', 'words-1'
           WHERE EXISTS (SELECT 1 FROM contents)"""
    )


def _add_languages_and_counts(connection: sqlite3.Connection) -> None:
    """Detect the languages of all contents, which layout 3 records. Vectors and text are kept.

    What was not read of a content, which layout 3 counts, is known when it is read again.

    The words, which belong to a language, are made again when they are next used.
    """
    connection.execute("ALTER TABLE contents ADD COLUMN language TEXT NOT NULL DEFAULT 'und'")
    connection.execute("ALTER TABLE contents ADD COLUMN language_is_set INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE chunks ADD COLUMN language TEXT")
    connection.execute("CREATE INDEX chunks_by_language ON chunks (content_id, language)")
    connection.execute("UPDATE meta SET value = 'layout-2' WHERE key = 'analyser'")
    connection.execute("ALTER TABLE contents ADD COLUMN unread TEXT NOT NULL DEFAULT '{}'")
    connection.execute(VOCABULARY)
    write_languages(connection)


def _index_labels(connection: sqlite3.Connection) -> None:
    """Index the labels of pages, as layout 4 does."""
    connection.execute(LABELS)


def _add_tags(connection: sqlite3.Connection) -> None:
    """Give every source tags, which layout 5 keeps."""
    connection.execute("ALTER TABLE sources ADD COLUMN given TEXT NOT NULL DEFAULT '{}'")
    connection.execute("ALTER TABLE sources ADD COLUMN beside TEXT NOT NULL DEFAULT '{}'")


def _add_records(connection: sqlite3.Connection) -> None:
    """Make the table of records, which layout 6 has."""
    connection.execute(RECORDS)
    connection.execute(RECORDS_BY_PATH)


MIGRATIONS = {
    1: _add_analyser_and_page_metadata,
    2: _add_languages_and_counts,
    3: _index_labels,
    4: _add_tags,
    5: _add_records,
}
"""For each older layout, the step to the next one."""
