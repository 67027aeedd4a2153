"""Keyword search: chunks by their words, and contents by the words of their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from quoth.collection.vocabulary import find_similar_words
from quoth.system import Database
from quoth.text import encode_word


class Keywords:
    """Finds chunks by their words, and contents by the words of their names."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(
        self,
        words: Sequence[str],
        limit: int,
        *,
        among: Sequence[int] | None = None,
        every: bool = False,
    ) -> list[tuple[int, float]]:
        """Return (chunk id, BM25 score) for chunks with any of these analysed words, best first.

        With `every`, a chunk must have all of them. `among` restricts the search to these chunks.
        """
        if not words:
            return []
        query = (" AND " if every else " OR ").join(f'"{word}"' for word in words)
        restriction = "" if among is None else "AND rowid IN (SELECT value FROM json_each(?))"
        values = [query, *([] if among is None else [json.dumps(list(among))]), limit]
        rows = self._database.read(
            # Ordered by `rank`, FTS5 would sort all rows, with the places of their words.
            f"""SELECT rowid, bm25(keywords) AS score FROM keywords
                WHERE keywords MATCH ? {restriction}
                ORDER BY score, rowid LIMIT ?""",  # noqa: S608 - one of two constants
            values,
        )
        return [(row[0], -row[1]) for row in rows]

    def frequency(self, word: str) -> int:
        """Return the number of chunks with an analysed word."""
        row = self._database.read("SELECT chunks FROM terms WHERE code = ?", (encode_word(word),))
        count = row.fetchone()
        return int(count[0]) if count else 0

    def find_similar(self, word: str, *, limit: int) -> Sequence[str]:
        """Return at most `limit` other indexed words that are spelled like an analysed word."""
        return find_similar_words(self._database, word, limit=limit)

    def find_named(self, words: Iterable[str], *, most: int) -> dict[str, list[int]]:
        """Return, for each of the words in a source's name, the contents with such a source.

        Words in the names of more than `most` contents are left out.
        """
        rows = self._database.read(
            """SELECT word FROM names WHERE word IN (SELECT value FROM json_each(?))
               GROUP BY word HAVING count(*) <= ? ORDER BY word""",
            (json.dumps(sorted(words)), most),
        ).fetchall()
        statement = "SELECT content_id FROM names WHERE word = ? ORDER BY content_id"
        return {
            word: [row[0] for row in self._database.read(statement, (word,))] for (word,) in rows
        }
