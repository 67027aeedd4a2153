"""The languages of documents and chunks: detected in their text, unless a person named one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

from quoth.text import UNDETERMINED, detect_language
from quoth.types import Chunk, Document

_SAMPLED_CHARACTERS = 2_000
"""Characters of a document from which its language is detected, in `_SAMPLES` places."""
_SAMPLES = 8


def name_language(document: Document, code: str = "") -> Document:
    """Return the document with its language: `code` where a person gave one, else as detected.

    A document that has a language already keeps it.
    """
    if code:
        return replace(document, language=code, language_is_set=True)
    if document.language:
        return document
    return replace(document, language=detect_document([page.text for page in document.pages]))


def detect_document(texts: Sequence[str]) -> str:
    """Return the language of most of a document, from samples of the texts of its parts."""
    whole = "\n".join(texts)
    size = _SAMPLED_CHARACTERS // _SAMPLES
    step = max(size, (len(whole) - size) // (_SAMPLES - 1))
    votes: dict[str, int] = {}
    for start in range(0, len(whole), step):
        sample = whole[start : start + size]
        code = detect_language(sample)
        votes[code] = votes.get(code, 0) + len(sample.strip())
    votes.pop(UNDETERMINED, None)
    return max(votes, key=lambda code: (votes[code], code)) if votes else UNDETERMINED


def find_other_language(document: Document) -> str:
    """Return the language that the text of a document shows, if not the one that was set."""
    if not document.language_is_set:
        return ""
    found = detect_document([page.text for page in document.pages])
    return "" if found in (UNDETERMINED, document.language) else found


def language_of_chunk(text: str, document: str, *, is_set: bool = False) -> str:
    """Return the language of a chunk in a document of this language.

    A chunk whose own language cannot be told has that of its document, and so has every chunk of a
    document whose language a person set.
    """
    if is_set:
        return document
    likely = () if document == UNDETERMINED else (document,)
    found = detect_language(text, likely=likely)
    return document if found == UNDETERMINED else found


def name_languages(chunks: Sequence[Chunk], document: str, *, is_set: bool) -> list[Chunk]:
    """Return the chunks of a document, each with its language."""
    return [
        replace(chunk, language=language_of_chunk(chunk.text, document, is_set=is_set))
        for chunk in chunks
    ]


def write_language(connection: sqlite3.Connection, paths: Iterable[str], code: str) -> list[int]:
    """Set the language of the sources at these paths; return the contents that had another."""
    changed = connection.execute(
        """UPDATE contents SET language = ?1, language_is_set = 1
           WHERE (language != ?1 OR NOT language_is_set) AND id IN
                 (SELECT content_id FROM sources
                  WHERE path IN (SELECT value FROM json_each(?2)))
           RETURNING id""",
        (code, json.dumps(list(paths))),
    ).fetchall()
    return [content for (content,) in changed]


def write_languages(connection: sqlite3.Connection) -> None:
    """Detect the languages of all stored contents that nobody set, and those of their chunks."""
    contents = connection.execute("SELECT id FROM contents WHERE NOT language_is_set").fetchall()
    for (content,) in contents:
        pages = connection.execute(
            "SELECT text FROM pages WHERE content_id = ? ORDER BY number", (content,)
        )
        code = detect_document([text for (text,) in pages])
        connection.execute("UPDATE contents SET language = ? WHERE id = ?", (code, content))
        chunks = connection.execute(
            "SELECT id, text FROM chunks WHERE content_id = ?", (content,)
        ).fetchall()
        connection.executemany(
            "UPDATE chunks SET language = nullif(?, ?) WHERE id = ?",
            [(language_of_chunk(text, code), code, id) for id, text in chunks],
        )
