"""Inserts of a document and its chunks, within a transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from quoth.collection.documents import Copy
from quoth.collection.languages import name_language, name_languages
from quoth.collection.words import (
    WORDS_AT_ONCE,
    check_analyser,
    index_words,
    words_with_neighbours,
)
from quoth.text import pack
from quoth.types import Chunk, Document

_INSERT_CHUNK = """
INSERT INTO chunks (content_id, ordinal, page, start, end, tokens, headings, text, language, words,
                    around, embedded_hash, vector)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def insert_content(connection: sqlite3.Connection, document: Document, hash: str) -> int:
    """Insert a document and its pages; return the id of the content."""
    document = name_language(document)
    cursor = connection.execute(
        """INSERT INTO contents (hash, title, format, unreadable, notes, metadata,
                                 language, language_is_set, unread)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            hash,
            document.title,
            document.format,
            json.dumps(document.unreadable),
            json.dumps(document.notes),
            json.dumps(dict(document.metadata)),
            document.language,
            document.language_is_set,
            json.dumps(dict(document.unread)),
        ),
    )
    content = cursor.lastrowid
    assert content is not None
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                content,
                page.number,
                page.label,
                page.text,
                json.dumps([(h.start, h.level, h.title) for h in page.headings]),
                json.dumps(dict(page.metadata)),
            )
            for page in document.pages
        ],
    )
    return content


def insert_chunks(
    connection: sqlite3.Connection,
    content: int,
    chunks: Sequence[Chunk],
    vectors: NDArray[np.float32],
    embedded_hashes: Sequence[str],
) -> None:
    """Insert the chunks of a content with their words, and note them for the dense index.

    Raises `FingerprintError` when another analyser made the words of the collection.
    """
    check_analyser(connection)
    language, is_set = connection.execute(
        "SELECT language, language_is_set FROM contents WHERE id = ?", (content,)
    ).fetchone()
    chunks = name_languages(chunks, language, is_set=bool(is_set))
    rows = zip(chunks, words_with_neighbours(chunks), vectors, embedded_hashes, strict=True)
    while part := list(islice(rows, WORDS_AT_ONCE)):
        words: list[tuple[int, list[str]]] = []
        for chunk, (own, around), vector, embedded_hash in part:
            own_language = chunk.language if chunk.language != language else None
            row = _row(chunk, own_language, own, around, embedded_hash, vector)
            cursor = connection.execute(_INSERT_CHUNK, (content, *row))
            assert cursor.lastrowid is not None
            words.append((cursor.lastrowid, own))
        index_words(connection, words)
        connection.executemany("REPLACE INTO pending VALUES (?, 0)", [(id,) for id, _ in words])


def _row(
    chunk: Chunk,
    language: str | None,
    words: list[str],
    around: list[str],
    embedded_hash: str,
    vector: NDArray[np.float32],
) -> tuple[object, ...]:
    return (
        chunk.ordinal,
        chunk.page,
        chunk.start,
        chunk.end,
        chunk.tokens,
        json.dumps(chunk.headings, ensure_ascii=False),
        chunk.text,
        language,
        pack(words),
        pack(around),
        embedded_hash,
        np.ascontiguousarray(vector, np.float32).tobytes(),
    )


def point_source(connection: sqlite3.Connection, content: int, source: Copy) -> set[int]:
    """Point a path to a content; return the contents whose sources changed.

    The records of the path are dropped.
    """
    connection.execute("DELETE FROM records WHERE path = ?", (source.path,))
    row = connection.execute(
        "SELECT content_id FROM sources WHERE path = ?", (source.path,)
    ).fetchone()
    connection.execute(
        """INSERT INTO sources (path, content_id, size, mtime_ns) VALUES (?, ?, ?, ?)
           ON CONFLICT (path) DO UPDATE SET content_id = excluded.content_id,
           size = excluded.size, mtime_ns = excluded.mtime_ns""",
        (source.path, content, source.size, source.mtime_ns),
    )
    return set() if row == (content,) else {content, *(row or ())}
