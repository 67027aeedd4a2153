"""A Chroma collection that another program made → documents; its folder is only read.

Such a collection holds pieces of text with metadata, mostly as LangChain writes them: `source`,
`page` (counted from 0), `start_index`. The pieces of one source and page become one page again:
where two overlap, the text they share stands once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from quoth.errors import CollectionError, UsageError
from quoth.system import open_read_only
from quoth.types import Document, Page, Tags, TagValue

DATABASE = "chroma.sqlite3"
_TEXT = "chroma:document"
_PLACE = {"source", "page", "page_label", "start_index", "title", "total_pages", "producer"}
"""The metadata that say where a piece stands; the rest are tags."""
_LONGEST_OVERLAP = 2_000
_SHORTEST_OVERLAP = 12


@dataclass(frozen=True, slots=True)
class AdoptedDocument:
    """A document made of pieces, the tags that all of them have, and their texts by id.

    `starts` has the page of each piece, and the offset there of what no earlier piece has.
    """

    document: Document
    tags: Tags
    texts: Mapping[str, str]
    starts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AdoptedCollection:
    """The documents in a Chroma collection, ordered by source; its database, and its name there."""

    file: Path
    name: str
    documents: tuple[AdoptedDocument, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    id: str
    text: str
    facts: Mapping[str, str | int | float | bool]

    @property
    def page(self) -> int:
        page = self.facts.get("page", 0)
        return int(page) if isinstance(page, int | float) else 0

    @property
    def start(self) -> int:
        start = self.facts.get("start_index", -1)
        return start if isinstance(start, int) else -1


def read_chroma(folder: Path, name: str = "") -> AdoptedCollection:
    """Return the documents in a Chroma collection.

    `name` is that of the collection, which may be left out where there is one. Raises `UsageError`
    when the folder or the collection is not there, `CollectionError` when it cannot be read.
    """
    file = folder / DATABASE if folder.is_dir() else folder
    if not file.is_file():
        raise UsageError(
            f"There is no Chroma collection in {folder}.",
            hint=f"Name the folder in which {DATABASE} lies.",
        )
    try:
        with closing(open_read_only(file.resolve())) as database:
            collection, chosen = _choose(database, name, folder)
            sources: dict[str, list[_Piece]] = {}
            for piece in _pieces(database, collection):
                source = str(piece.facts.get("source") or f"chroma:{chosen}/{piece.id}")
                sources.setdefault(source, []).append(piece)
    except sqlite3.Error as error:
        raise CollectionError(f"{file} cannot be read as a Chroma collection: {error}.") from error
    documents = tuple(_document(source, pieces) for source, pieces in sorted(sources.items()))
    return AdoptedCollection(file, chosen, documents)


def _choose(database: sqlite3.Connection, name: str, folder: Path) -> tuple[str, str]:
    """Return the id and the name of the collection. Raises `UsageError`."""
    names = dict(database.execute("SELECT name, id FROM collections ORDER BY name").fetchall())
    if name in names:
        return names[name], name
    if not name and len(names) == 1:
        ((only, id),) = names.items()
        return id, only
    if not names:
        raise UsageError(f"There is no collection in {folder}.")
    raise UsageError(
        f"There is no collection {name!r} in {folder}."
        if name
        else f"There are {len(names)} collections in {folder}.",
        hint=f"Name one with --name: {', '.join(names)}.",
    )


def _pieces(database: sqlite3.Connection, collection: str) -> Iterator[_Piece]:
    rows = database.execute(
        """SELECT e.id, e.embedding_id, m.key, m.string_value, m.int_value, m.float_value,
                  m.bool_value
           FROM embeddings e
           JOIN segments s ON s.id = e.segment_id AND s.collection = ?
           JOIN embedding_metadata m ON m.id = e.id
           ORDER BY e.id""",
        (collection,),
    )
    current, name, text = None, "", ""
    facts: dict[str, str | int | float | bool] = {}
    for row, id, key, string, whole, real, truth in rows:
        if row != current:
            if current is not None and text:
                yield _Piece(name, text, facts)
            current, name, text, facts = row, str(id), "", {}
        if key == _TEXT:
            text = string or ""
        else:
            value = next((each for each in (string, whole, real) if each is not None), None)
            facts[key] = bool(truth) if value is None else value
    if current is not None and text:
        yield _Piece(name, text, facts)


def _document(source: str, pieces: list[_Piece]) -> AdoptedDocument:
    pages: dict[int, list[_Piece]] = {}
    for piece in pieces:
        pages.setdefault(piece.page, []).append(piece)
    titles = [str(piece.facts["title"]) for piece in pieces if piece.facts.get("title")]
    whole, starts = [], []
    for number, each in sorted(pages.items()):
        if number >= 0:
            text, offsets = _join(sorted(each, key=lambda piece: piece.start))
            whole.append(Page(number + 1, text, _label(each)))
            starts += [(number + 1, offset) for offset in offsets]
    document = Document(
        source=source,
        title=titles[0] if titles else "",
        format="adopted",
        pages=tuple(whole),
    )
    texts = {piece.id: piece.text for piece in pieces}
    return AdoptedDocument(document, _common_tags(pieces), texts, tuple(starts))


def _label(pieces: list[_Piece]) -> str | None:
    label = pieces[0].facts.get("page_label")
    return str(label) if label not in (None, "") else None


def _join(pieces: list[_Piece]) -> tuple[str, list[int]]:
    """Return the text of the pieces of a page, and where each begins; what two share stands once.

    A piece begins behind what it shares with the one before.
    """
    text, starts = "", []
    for piece in pieces:
        shared = _overlap(text, piece.text)
        if text and not shared:
            text += "\n\n"
        starts.append(len(text))
        text += piece.text[shared:]
    return text, starts


def _overlap(first: str, second: str) -> int:
    """Return how many characters end one text and begin the other; 0 for a few."""
    longest = min(len(first), len(second), _LONGEST_OVERLAP)
    return next(
        (
            length
            for length in range(longest, _SHORTEST_OVERLAP - 1, -1)
            if first.endswith(second[:length])
        ),
        0,
    )


def _common_tags(pieces: list[_Piece]) -> Tags:
    """Return the metadata that every piece of a document has alike."""
    first, *others = (
        {key: value for key, value in piece.facts.items() if key not in _PLACE} for piece in pieces
    )
    tags: dict[str, TagValue] = {
        key: value
        for key, value in first.items()
        if all(other.get(key) == value for other in others)
    }
    return tags
