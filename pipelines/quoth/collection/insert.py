"""How a document and its chunks are written, inside a transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quoth.collection.keywords import count_words, heading_words
from quoth.text import analyse, pack
from quoth.types import Chunk, Document


def insert_content(connection: sqlite3.Connection, document: Document, hash: str) -> int:
    """Write a document and its pages; return the row of the content."""
    cursor = connection.execute(
        """INSERT INTO contents (hash, title, format, unreadable, notes, metadata)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (
            hash,
            document.title,
            document.format,
            json.dumps(document.unreadable),
            json.dumps(document.notes),
            json.dumps(dict(document.metadata)),
        ),
    )
    content = cursor.lastrowid
    assert content is not None
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?)",
        [
            (
                content,
                page.number,
                page.label,
                page.text,
                json.dumps([(h.start, h.level, h.title) for h in page.headings]),
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
    """Write the chunks of a content with their words, and note them for the dense index.

    With each go the words of the chunks before and after it on its page, since a search reads a
    chunk with these.
    """
    packed: list[bytes] = []
    bodies = [analyse(chunk.text) for chunk in chunks]
    rows = zip(chunks, vectors, embedded_hashes, strict=True)
    for at, (chunk, vector, embedded_hash) in enumerate(rows):
        headings = json.dumps(chunk.headings, ensure_ascii=False)
        words = [*heading_words(chunk), *bodies[at]]
        around = [
            word
            for near in (at - 1, at + 1)
            if 0 <= near < len(chunks) and chunks[near].page == chunk.page
            for word in bodies[near]
        ]
        packed.append(pack(words))
        id = connection.execute(
            """INSERT INTO chunks (content_id, ordinal, page, start, end, tokens, headings,
                                   text, words, around, embedded_hash, vector)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                content,
                chunk.ordinal,
                chunk.page,
                chunk.start,
                chunk.end,
                chunk.tokens,
                headings,
                chunk.text,
                packed[-1],
                pack(around),
                embedded_hash,
                np.ascontiguousarray(vector, np.float32).tobytes(),
            ),
        ).lastrowid
        connection.execute(
            "INSERT INTO keywords (rowid, name, body) VALUES (?, '', ?)",
            (id, " ".join(words)),
        )
        connection.execute("REPLACE INTO pending VALUES (?, 0)", (id,))
    count_words(connection, packed, sign=1)
