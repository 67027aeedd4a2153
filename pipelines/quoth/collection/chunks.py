"""Queries for chunks, their vectors and their words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from quoth.collection.tags import join_tags
from quoth.load import FORMATS_WITH_BOXES, boxes_within
from quoth.system import Database, read_column
from quoth.types import Chunk, Vectors

# Only the documents that may have boxes are asked for the metadata of a page, which stand after its
# text; the index has the labels, but SQLite would read the page for them, too.
_CHUNKS = f"""
SELECT k.id, (SELECT json_group_array(json_array(path, given, beside)) FROM sources
              WHERE content_id = k.content_id), c.metadata,
       c.title, k.page,
       (SELECT label FROM pages INDEXED BY pages_by_label
        WHERE content_id = k.content_id AND number = k.page),
       k.start, k.end, k.text, k.headings, k.ordinal, k.tokens, coalesce(k.language, c.language),
       CASE WHEN c.format IN {FORMATS_WITH_BOXES} THEN
           (SELECT metadata FROM pages WHERE content_id = k.content_id AND number = k.page)
       ELSE '{{}}' END
FROM chunks k JOIN contents c ON c.id = k.content_id
"""  # noqa: S608 - only constants are filled in


@dataclass(frozen=True, slots=True)
class Signals:
    """The data of a chunk that a search scores.

    `text` has the analysed words, `words` their codes for `unpack`. `around` has the codes of the
    chunks before and after it. `vector` holds 32-bit floats as bytes.
    """

    id: int
    content: int
    ordinal: int
    text: str
    words: bytes
    around: bytes
    vector: bytes


def read_vectors(database: Database, ids: Sequence[int] | None = None) -> tuple[list[int], Vectors]:
    """Return the ids and vectors (a row each) of these chunks or of all, ordered by id."""
    if ids is None:
        rows = database.read("SELECT id, vector FROM chunks ORDER BY id").fetchall()
    else:
        rows = database.read(
            """SELECT id, vector FROM chunks
               WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id""",
            (json.dumps(list(ids)),),
        ).fetchall()
    if not rows:
        return [], np.zeros((0, 0), np.float32)
    matrix = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
    return [row[0] for row in rows], matrix.reshape(len(rows), -1)


def read_known_vectors(database: Database, hashes: Sequence[str]) -> dict[str, Vectors]:
    """Return the vectors of texts that were embedded before, by text hash."""
    rows = database.read(
        """SELECT embedded_hash, vector FROM chunks
           WHERE embedded_hash IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(hashes)),),
    )
    return {row[0]: np.frombuffer(row[1], np.float32) for row in rows}


def read_signals(database: Database, ids: Sequence[int]) -> list[Signals]:
    """Return the data of these chunks that a search scores, ordered by id."""
    rows = database.read(
        """SELECT k.id, k.content_id, k.ordinal, w.c1, k.words, k.around, k.vector
           FROM chunks k JOIN keywords_content w ON w.id = k.id
           WHERE k.id IN (SELECT value FROM json_each(?)) ORDER BY k.id""",
        (json.dumps(list(ids)),),
    )
    return [Signals(*row) for row in rows]


def read_chunks(database: Database, where: str, values: Sequence[object]) -> Iterator[Chunk]:
    """Yield the chunks that an SQL condition on `chunks k` selects."""
    rows = database.read(f"{_CHUNKS} {where}", values)
    for (
        id,
        sources,
        facts,
        title,
        page,
        label,
        start,
        end,
        text,
        headings,
        ordinal,
        tokens,
        language,
        metadata,
    ) in rows:
        (source, given, beside), *others = sorted(read_column(sources))
        yield Chunk(
            source=source,
            title=title,
            page=page,
            page_label=label,
            start=start,
            end=end,
            text=text,
            headings=tuple(read_column(headings)),
            ordinal=ordinal,
            tokens=tokens,
            id=id,
            also_at=tuple(path for path, *_ in others),
            language=language,
            boxes=boxes_within(read_column(metadata), start, end),
            tags={**read_column(facts), **join_tags(given, beside)},
        )
