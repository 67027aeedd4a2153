"""The stored words of chunks and names, which `Keywords` searches.

One analyser makes all the words of a collection, which records its fingerprint. Words of two
analysers are never mixed: `write_all_words` analyses all stored text again.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from quoth.collection.schema import KEYWORDS
from quoth.collection.vocabulary import (
    add_to_vocabulary,
    empty_vocabulary,
    remove_from_vocabulary,
)
from quoth.errors import FingerprintError
from quoth.system import read_column
from quoth.text import analyse, analyser_fingerprint, language, pack, split_name, unpack
from quoth.types import Chunk

ANALYSER = "analyser"
"""The key of the analyser's fingerprint in a collection's `meta`."""
WORDS_AT_ONCE = 1024
"""The chunks whose words are in memory at once."""


def check_analyser(connection: sqlite3.Connection) -> None:
    """Record the analyser of a new collection. Raises `FingerprintError` for another one."""
    current = analyser_fingerprint()
    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (ANALYSER, current))
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (ANALYSER,)).fetchone()
    if row != (current,):
        raise other_analyser_error()


def other_analyser_error() -> FingerprintError:
    """Return the error for words of another analyser."""
    return FingerprintError(
        "The keywords of this collection were made by another version of Quoth.",
        hint="`quoth rebuild` renews them, without reading or embedding a document.",
    )


def indexed_words(chunk: Chunk) -> list[str]:
    """Return the analysed words of a chunk; those of its title and headings come twice."""
    return [*_heading_words(chunk), *analyse(chunk.text, language(chunk.language))]


def words_with_neighbours(chunks: Sequence[Chunk]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield, for each chunk of a document, its words and those of its neighbours.

    The neighbours are the chunks before and after it on the same page.
    """
    bodies = (analyse(chunk.text, language(chunk.language)) for chunk in chunks)
    before: list[str] = []
    own = next(bodies, [])
    for index, chunk in enumerate(chunks):
        after = next(bodies, [])
        around = before if index and chunks[index - 1].page == chunk.page else []
        if index + 1 < len(chunks) and chunks[index + 1].page == chunk.page:
            around = [*around, *after]
        yield [*_heading_words(chunk), *own], around
        before, own = own, after


def index_words(connection: sqlite3.Connection, chunks: Iterable[tuple[int, list[str]]]) -> None:
    """Add the analysed words of chunks, by id, to the keyword index and its counts."""
    chunks = list(chunks)
    add_to_vocabulary(connection, (word for _, words in chunks for word in words))
    packed: list[bytes] = []
    for id, words in chunks:
        packed.append(pack(words))
        connection.execute(
            "INSERT INTO keywords (rowid, name, body) VALUES (?, '', ?)", (id, " ".join(words))
        )
    _count(connection, packed, sign=1)


def forget_words(connection: sqlite3.Connection, content: int | None = None) -> None:
    """Remove the chunks of a content, or all, from the keyword index and its counts."""
    if content is None:
        connection.execute("DELETE FROM keywords")
        connection.execute("DELETE FROM terms")
        empty_vocabulary(connection)
        return
    rows = connection.execute("SELECT words FROM chunks WHERE content_id = ?", (content,))
    _count(connection, (row[0] for row in rows.fetchall()), sign=-1)
    connection.execute(
        "DELETE FROM keywords WHERE rowid IN (SELECT id FROM chunks WHERE content_id = ?)",
        (content,),
    )


def write_names(connection: sqlite3.Connection, content: int) -> None:
    """Store the words in the names of a content's sources.

    A name without a letter (a number, a date) is left out: many questions have numbers. Raises
    `FingerprintError` when another analyser made the words of the collection.
    """
    check_analyser(connection)
    paths = connection.execute("SELECT path FROM sources WHERE content_id = ?", (content,))
    (code,) = connection.execute(
        "SELECT language FROM contents WHERE id = ?", (content,)
    ).fetchone()
    rules = language(code)
    stems = [Path(path).stem for (path,) in paths]
    named = [stem for stem in stems if any(c.isalpha() for c in stem)]
    words = [word for stem in named for word in analyse(stem.replace("_", " "), rules)]
    connection.execute(
        "UPDATE keywords SET name = ? WHERE rowid IN (SELECT id FROM chunks WHERE content_id = ?)",
        (" ".join(dict.fromkeys(words)), content),
    )
    connection.execute("DELETE FROM names WHERE content_id = ?", (content,))
    connection.executemany(
        "INSERT INTO names VALUES (?, ?)",
        [
            (word, content)
            for word in sorted({w for stem in named for w in split_name(stem, rules)})
        ],
    )


def compact_words(connection: sqlite3.Connection) -> None:
    """Make the keyword index and the vocabulary again, without words that were removed."""
    connection.execute("INSERT INTO keywords (keywords) VALUES ('rebuild')")
    connection.execute("INSERT INTO vocabulary (vocabulary) VALUES ('rebuild')")


def write_all_words(connection: sqlite3.Connection) -> None:
    """Analyse every chunk and every name again, and record the analyser."""
    connection.execute("REPLACE INTO meta VALUES (?, ?)", (ANALYSER, analyser_fingerprint()))
    connection.execute("DROP TABLE keywords")  # a damaged index cannot be emptied
    connection.execute(KEYWORDS)
    connection.execute("DELETE FROM terms")
    empty_vocabulary(connection)
    for (content,) in connection.execute("SELECT id FROM contents ORDER BY id").fetchall():
        _write_words(connection, content)


def write_words(connection: sqlite3.Connection, content: int) -> None:
    """Analyse the chunks and names of a content again, in the languages that it has now."""
    forget_words(connection, content)
    _write_words(connection, content)


def _write_words(connection: sqlite3.Connection, content: int) -> None:
    chunks = list(_chunks(connection, content))
    words = zip(chunks, words_with_neighbours(chunks), strict=True)
    while part := list(islice(words, WORDS_AT_ONCE)):
        connection.executemany(
            "UPDATE chunks SET words = ?, around = ? WHERE id = ?",
            [(pack(own), pack(around), chunk.id) for chunk, (own, around) in part],
        )
        index_words(connection, ((chunk.id or 0, own) for chunk, (own, _) in part))
    write_names(connection, content)


def _heading_words(chunk: Chunk) -> list[str]:
    words = analyse(" ".join((chunk.title, *chunk.headings)), language(chunk.language))
    return [*words, *words]


def _chunks(connection: sqlite3.Connection, content: int) -> Iterator[Chunk]:
    rows = connection.execute(
        """SELECT k.id, c.title, k.page, k.start, k.end, k.text, k.headings, k.ordinal,
                  coalesce(k.language, c.language)
           FROM chunks k JOIN contents c ON c.id = k.content_id
           WHERE k.content_id = ? ORDER BY k.ordinal""",
        (content,),
    )
    for id, title, page, start, end, text, headings, ordinal, code in rows.fetchall():
        above = tuple(read_column(headings))
        yield Chunk("", title, page, None, start, end, text, above, ordinal, id=id, language=code)


def _count(connection: sqlite3.Connection, packed: Iterable[bytes], *, sign: int) -> None:
    """Add the words of chunks to the word counts, or subtract them with `sign` -1."""
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
        remove_from_vocabulary(connection, chunks)
