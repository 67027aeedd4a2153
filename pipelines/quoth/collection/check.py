"""Consistency checks of the store: pages, spans, vectors and keywords."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quoth.collection.words import ANALYSER, indexed_words
from quoth.errors import CollectionError
from quoth.system import Database, read_column
from quoth.text import analyser_fingerprint, pack, unpack
from quoth.types import Chunk

_LENGTH_TOLERANCE = 1e-2


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect in one `part` of the collection.

    The parts are `file`, `database`, `spans`, `vectors`, `keywords`, `index` and `journal`.
    """

    part: str
    where: str
    what: str


def check_database(database: Database) -> Iterator[Problem]:
    """Yield the defects of the SQLite file."""
    try:
        for (text,) in database.read("PRAGMA integrity_check(20)"):
            if text != "ok":
                yield Problem("database", str(database.path), str(text))
        for table, row, parent, _ in database.read("PRAGMA foreign_key_check"):
            yield Problem("database", str(database.path), f"row {row} of {table} has no {parent}")
        yield from _check_spans(database)
        yield from _check_vectors(database)
        yield from _check_keywords(database)
    except (CollectionError, ValueError, TypeError) as error:
        what = f"{error} Move the file away and ingest again, or restore it from a backup."
        yield Problem("database", str(database.path), what)


def _check_spans(database: Database) -> Iterator[Problem]:
    """Check that chunks equal their spans on the pages, are in order and cover the text."""
    contents = database.read(
        "SELECT id, (SELECT min(path) FROM sources WHERE content_id = id) FROM contents"
    ).fetchall()
    for content, path in contents:
        if path is None:
            yield Problem("database", f"content {content}", "no source has this content")
            continue
        pages = dict(
            database.read(
                "SELECT number, text FROM pages WHERE content_id = ?", (content,)
            ).fetchall()
        )
        covered = dict.fromkeys(pages, 0)
        rows = database.read(
            """SELECT ordinal, page, start, end, text FROM chunks WHERE content_id = ?
               ORDER BY ordinal""",
            (content,),
        )
        for expected, (ordinal, page, start, end, text) in enumerate(rows):
            where = f"{path}, page {page}, characters {start} to {end}"
            if ordinal != expected:
                yield Problem(
                    "spans", where, f"chunk {ordinal} is in the place of chunk {expected}"
                )
            if page not in pages:
                yield Problem("spans", where, "the page is missing")
                continue
            if pages[page][start:end] != text:
                yield Problem("spans", where, "the page has different text at this span")
            if pages[page][covered[page] : start].strip() or start < covered[page]:
                yield Problem("spans", where, "the chunk does not follow the one before it")
            covered[page] = end
        for page, end in covered.items():
            if pages[page][end:].strip():
                yield Problem(
                    "spans", f"{path}, page {page}", "no chunk covers the end of the page"
                )


def _check_vectors(database: Database) -> Iterator[Problem]:
    widths: set[int] = set()
    for id, vector in database.read("SELECT id, vector FROM chunks"):
        if len(vector) % 4:
            yield Problem("vectors", f"chunk {id}", "the vector is truncated")
            continue
        values = np.frombuffer(vector, np.float32)
        widths.add(len(values))
        with np.errstate(all="ignore"):
            length = float(np.linalg.norm(values))
        if not abs(length - 1.0) < _LENGTH_TOLERANCE:
            yield Problem(
                "vectors", f"chunk {id}", f"the vector has length {length:.3g} instead of 1"
            )
    if len(widths) > 1:
        yield Problem(
            "vectors", "all chunks", f"the numbers of dimensions differ: {sorted(widths)}"
        )


def _check_keywords(database: Database) -> Iterator[Problem]:
    try:
        with database.transaction() as connection:
            connection.execute("INSERT INTO keywords (keywords) VALUES ('integrity-check')")
    except CollectionError as error:
        yield Problem("keywords", str(database.path), f"the index is damaged: {error}")
    analyser = database.read("SELECT value FROM meta WHERE key = ?", (ANALYSER,)).fetchone()
    current = analyser == (analyser_fingerprint(),)  # outdated words are not damage
    rows = database.read(
        """SELECT k.id, c.title, k.headings, k.text, k.words, w.body,
                  coalesce(k.language, c.language)
           FROM chunks k JOIN contents c ON c.id = k.content_id
           LEFT JOIN keywords w ON w.rowid = k.id"""
    )
    counts: Counter[int] = Counter()
    for id, title, headings, text, packed, body, code in rows:
        counts.update(np.unique(unpack(packed)).tolist())
        chunk = Chunk("", title, 1, None, 0, 0, text, tuple(read_column(headings)), language=code)
        words = indexed_words(chunk)
        if body is None:
            yield Problem("keywords", f"chunk {id}", "the chunk is not in the keyword index")
        elif current and (body != " ".join(words) or packed != pack(words)):
            yield Problem("keywords", f"chunk {id}", "the keyword index has different words")
    if dict(database.read("SELECT code, chunks FROM terms").fetchall()) != counts:
        yield Problem("keywords", str(database.path), "the word counts are wrong")
    extra = database.read(
        "SELECT count(*) FROM keywords WHERE rowid NOT IN (SELECT id FROM chunks)"
    ).fetchone()[0]
    if extra:
        yield Problem("keywords", str(database.path), f"{extra} entries belong to no chunk")
