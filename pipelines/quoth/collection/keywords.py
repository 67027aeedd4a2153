"""The keyword side of a collection: which words a chunk holds, and which names a document has."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from quoth.system import Database
from quoth.text import analyse, code, name_words, unpack
from quoth.types import Chunk


class Keywords:
    """Finds chunks by their words, and contents by the words of their names."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(
        self, words: Sequence[str], limit: int, *, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, bm25 score) of chunks with any of these analysed words, best first.

        `among` restricts the search to these chunks.
        """
        if not words:
            return []
        wanted = " OR ".join(f'"{word}"' for word in words)
        only = "" if among is None else "AND rowid IN (SELECT value FROM json_each(?))"
        values = [wanted, *([] if among is None else [json.dumps(list(among))]), limit]
        rows = self._database.read(
            f"""SELECT rowid, rank FROM keywords WHERE keywords MATCH ? {only}
                ORDER BY rank LIMIT ?""",  # noqa: S608 - `only` is one of two texts
            values,
        )
        return [(row[0], -row[1]) for row in rows]

    def frequency(self, word: str) -> int:
        """Return how many chunks hold an analysed word."""
        row = self._database.read("SELECT chunks FROM terms WHERE code = ?", (code(word),))
        found = row.fetchone()
        return int(found[0]) if found else 0

    def named(self, words: Iterable[str], *, most: int) -> dict[str, list[int]]:
        """Return the contents with a source whose name holds a word, for each that is in a name.

        Words that stand in the names of more than `most` contents are left out.
        """
        known = self._database.read(
            """SELECT word FROM names WHERE word IN (SELECT value FROM json_each(?))
               GROUP BY word HAVING count(*) <= ? ORDER BY word""",
            (json.dumps(sorted(words)), most),
        ).fetchall()
        statement = "SELECT content_id FROM names WHERE word = ? ORDER BY content_id"
        return {
            word: [row[0] for row in self._database.read(statement, (word,))] for (word,) in known
        }


def indexed_words(chunk: Chunk) -> list[str]:
    """Return the analysed words of a chunk with those of its headings."""
    return [*heading_words(chunk), *analyse(chunk.text)]


def heading_words(chunk: Chunk) -> list[str]:
    """Return the analysed words of the title and the headings, which count double."""
    return 2 * analyse(" ".join((chunk.title, *chunk.headings)))


def count_words(connection: sqlite3.Connection, packed: Iterable[bytes], *, sign: int) -> None:
    """Add the words of chunks to the counts of all chunks, or take them away with `sign` -1."""
    chunks: Counter[int] = Counter()
    for row in packed:
        chunks.update(np.unique(unpack(row)).tolist())
    connection.executemany(
        """INSERT INTO terms VALUES (?, ?)
           ON CONFLICT (code) DO UPDATE SET chunks = chunks + excluded.chunks""",
        [(word, sign * count) for word, count in sorted(chunks.items())],
    )
    if sign < 0:
        connection.executemany(
            "DELETE FROM terms WHERE code = ? AND chunks <= 0", [(word,) for word in chunks]
        )


def forget_words(connection: sqlite3.Connection, content: int | None = None) -> None:
    """Take the chunks of a content, or all of them, out of the keyword index and its counts."""
    if content is None:
        connection.execute("DELETE FROM keywords")
        connection.execute("DELETE FROM terms")
        return
    rows = connection.execute("SELECT words FROM chunks WHERE content_id = ?", (content,))
    count_words(connection, (row[0] for row in rows.fetchall()), sign=-1)
    connection.execute(
        "DELETE FROM keywords WHERE rowid IN (SELECT id FROM chunks WHERE content_id = ?)",
        (content,),
    )


def write_names(connection: sqlite3.Connection, content: int) -> None:
    """Note the words in the names of a content's sources, for the search and for the prior.

    A name without a letter (a number, a date) is no name: numbers stand in many questions.
    """
    paths = connection.execute("SELECT path FROM sources WHERE content_id = ?", (content,))
    stems = [Path(path).stem for (path,) in paths]
    named = [stem for stem in stems if any(c.isalpha() for c in stem)]
    words = [word for stem in named for word in analyse(stem.replace("_", " "))]
    connection.execute(
        "UPDATE keywords SET name = ? WHERE rowid IN (SELECT id FROM chunks WHERE content_id = ?)",
        (" ".join(dict.fromkeys(words)), content),
    )
    connection.execute("DELETE FROM names WHERE content_id = ?", (content,))
    connection.executemany(
        "INSERT INTO names VALUES (?, ?)",
        [(word, content) for word in sorted({w for stem in named for w in name_words(stem)})],
    )
