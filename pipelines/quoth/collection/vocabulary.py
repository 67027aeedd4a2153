"""The distinct words of a collection, and those of them that are spelled like a given word.

A word is found by the groups of four letters that it shares with another: misspellings, word forms,
and the compounds that hold a word (McNamee and Mayfield 2004).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from quoth.collection.schema import VOCABULARY
from quoth.system import Database
from quoth.text import encode_word

_GROUP = 4
_BOUNDARY = "_"


def add_to_vocabulary(connection: sqlite3.Connection, words: Iterable[str]) -> None:
    """Add the words that the collection does not count yet."""
    connection.executemany(
        """INSERT INTO vocabulary (rowid, word, groups) SELECT ?1, ?2, ?3
           WHERE NOT EXISTS (SELECT 1 FROM terms WHERE code = ?1)""",
        [
            (encode_word(word), word, " ".join(groups))
            for word in sorted(set(words))
            if (groups := _cut(word))
        ],
    )


def remove_from_vocabulary(connection: sqlite3.Connection, codes: Iterable[int]) -> None:
    """Remove words, by their codes, that the collection does not count any more."""
    connection.executemany(
        """DELETE FROM vocabulary WHERE rowid = ?1
           AND NOT EXISTS (SELECT 1 FROM terms WHERE code = ?1)""",
        [(code,) for code in codes],
    )


def empty_vocabulary(connection: sqlite3.Connection) -> None:
    """Make the vocabulary again, without a word."""
    connection.execute("DROP TABLE IF EXISTS vocabulary")
    connection.execute(VOCABULARY)


def find_similar_words(database: Database, word: str, *, limit: int) -> Sequence[str]:
    """Return at most `limit` other words of the collection that share most with a word.

    The rarest groups of letters count most, and long words least (BM25).
    """
    groups = _cut(word)
    if not groups:
        return []
    rows = database.read(
        "SELECT word FROM vocabulary WHERE vocabulary MATCH ? ORDER BY rank LIMIT ?",
        (" OR ".join(f'"{group}"' for group in groups), limit + 1),
    )
    return [found for (found,) in rows if found != word][:limit]


def _cut(word: str) -> frozenset[str]:
    """Return the groups of letters in a word and its boundaries; none of a code or a number."""
    if not all(character.isalpha() or not character.isascii() for character in word):
        return frozenset()
    bounded = f"{_BOUNDARY}{word}{_BOUNDARY}"
    return frozenset(bounded[at : at + _GROUP] for at in range(len(bounded) - _GROUP + 1))
