"""A new set of chunks, built beside the one in use to replace it at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quoth.system import Database, read_column
from quoth.types import Chunk, Document

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE contents (hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE chunks (
    hash TEXT NOT NULL REFERENCES contents (hash),
    ordinal INTEGER NOT NULL,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    headings TEXT NOT NULL,
    embedded_hash TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (hash, ordinal)
) WITHOUT ROWID;
CREATE INDEX chunks_by_hash ON chunks (embedded_hash);
"""


class Build:
    """Chunks by content hash, for one `target`: an embedder and a splitter.

    Contents that an earlier build for the same target finished are kept.
    """

    def __init__(self, path: Path, target: str) -> None:
        self.path = path
        self._database = Database(path, schema=_SCHEMA, version=1)
        row = self._database.read("SELECT value FROM meta WHERE key = 'target'").fetchone()
        if row != (target,):
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM chunks")
                connection.execute("DELETE FROM contents")
                connection.execute("REPLACE INTO meta VALUES ('target', ?)", (target,))

    def read_finished(self) -> set[str]:
        """Return the hashes of the finished contents."""
        return {row[0] for row in self._database.read("SELECT hash FROM contents")}

    def put(
        self,
        hash: str,
        chunks: Sequence[Chunk],
        vectors: NDArray[np.float32],
        embedded_hashes: Sequence[str],
    ) -> None:
        """Store the chunks of one content, with a row of `vectors` each. All or nothing."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO contents VALUES (?)", (hash,))
            connection.executemany(
                "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        hash,
                        chunk.ordinal,
                        chunk.page,
                        chunk.start,
                        chunk.end,
                        chunk.tokens,
                        json.dumps(chunk.headings, ensure_ascii=False),
                        embedded_hash,
                        np.ascontiguousarray(vector, np.float32).tobytes(),
                    )
                    for chunk, vector, embedded_hash in zip(
                        chunks, vectors, embedded_hashes, strict=True
                    )
                ],
            )

    def get(
        self, hash: str, document: Document
    ) -> tuple[list[Chunk], NDArray[np.float32], list[str]]:
        """Return the chunks, vectors and text hashes of a content; its text is in `document`."""
        pages = {page.number: page for page in document.pages}
        rows = self._database.read(
            """SELECT ordinal, page, start, end, tokens, headings, embedded_hash, vector
               FROM chunks WHERE hash = ? ORDER BY ordinal""",
            (hash,),
        ).fetchall()
        chunks = [
            Chunk(
                source=document.source,
                title=document.title,
                page=page,
                page_label=pages[page].label,
                start=start,
                end=end,
                text=pages[page].text[start:end],
                headings=tuple(read_column(headings)),
                ordinal=ordinal,
                tokens=tokens,
            )
            for ordinal, page, start, end, tokens, headings, _, _ in rows
        ]
        vectors = np.frombuffer(b"".join(row[7] for row in rows), np.float32)
        return chunks, vectors.reshape(len(rows), -1) if rows else vectors, [r[6] for r in rows]

    def known_vectors(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of texts that this build embedded, by text hash."""
        rows = self._database.read(
            """SELECT embedded_hash, vector FROM chunks
               WHERE embedded_hash IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(hashes)),),
        )
        return {row[0]: np.frombuffer(row[1], np.float32) for row in rows}

    def close(self, *, remove: bool = False) -> None:
        """Close the file; `remove` deletes it."""
        self._database.close()
        if remove:
            for ending in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
