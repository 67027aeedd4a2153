"""Documents: what a source holds, its chunks, and the hits of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeAlias

from quoth.types.drawing import Drawn, format_count, glimpse, place_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
"""One vector, or an array with a vector in each row."""


TagValue: TypeAlias = "str | int | float | bool | list[str | int | float | bool]"
Tags: TypeAlias = Mapping[str, TagValue]
"""Metadata of the user's own: plain values, or lists of them, by name."""


_LONGEST_TITLE = 500
"""The most characters of a title: each chunk below it repeats it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on a page: its offset, its level (1 is the highest), and the start of its text."""

    start: int
    level: int
    title: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title[:_LONGEST_TITLE])


@dataclass(frozen=True, slots=True)
class Box:
    """The place of the characters `start` to `end` of a page's text on the picture of the page.

    The edges are shares of its width and height, from the upper left corner.
    """

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """The text of one page, slide or sheet.

    `number` counts from 1. `label` is the printed page number (`iv`, `379`), where the format has
    one. A file without pages is one page. `metadata` holds further facts that a loader knows of the
    page, such as `ocr`, the engine that recognized its text, and `boxes`, the places of its lines.

    >>> page = library.loader()("contracts/lease.md").pages[0]
    >>> [heading.title for heading in page.headings]
    ['Lease of Unit 6', 'Term', 'Money']
    """

    number: int
    text: str
    label: str | None = None
    headings: tuple[Heading, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Page {self.label or self.number}: {glimpse(self.text)}>"


@dataclass(frozen=True, slots=True, repr=False)
class Document(Drawn):
    """The text of one source, by page.

    `unreadable` holds the numbers of the pages without text (scans). `left_out` is the number of
    pages that were not requested. `notes` are sentences for the report about gaps in the text.
    `unread` counts by kind what the source holds and the text does not, such as `picture`.
    `language` is the language of most of the text (ISO 639-1), `und` for a text of no language, and
    empty before it is known. `language_is_set` says that a person named it.

    >>> document = library.loader()("contracts/lease.md")
    >>> document
    <Document 'contracts/lease.md': markdown, 1 page, 219 characters>
    >>> document.pages[0].headings[0].title
    'Lease of Unit 6'
    """

    source: str
    title: str
    format: str
    pages: tuple[Page, ...]
    unreadable: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    language: str = ""
    language_is_set: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title[:_LONGEST_TITLE])

    @property
    def characters(self) -> int:
        """The number of characters on all pages."""
        return sum(len(page.text) for page in self.pages)

    def __repr__(self) -> str:
        size = format_count(len(self.pages), "page")
        return f"<Document {self.source!r}: {self.format}, {size}, {self.characters} characters>"


@dataclass(frozen=True, slots=True, repr=False)
class Chunk(Drawn):
    """A piece of one page: `page.text[start:end]` is its `text`, always.

    `headings` are the headings above the chunk, highest first. `id` is the row in the store, and
    `None` before the chunk is stored. `ordinal` counts the chunks of a document from 0. `also_at`
    are the other sources with the same content. `language` is that of the text (ISO 639-1), `und`
    for a text of no language, and empty before it is known. `boxes` are the places of the lines of
    a text that was recognized (OCR), by offsets on the page. `tags` are metadata of the user's own,
    and what the document says of itself. `collection` is named where several were searched.

    >>> chunk = library.search("deposit", k=1)[0].chunk
    >>> page = library.store.page_text(chunk.source, chunk.page)
    >>> page[chunk.start : chunk.end] == chunk.text
    True
    """

    source: str
    title: str
    page: int
    page_label: str | None
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    ordinal: int = 0
    tokens: int = 0
    id: int | None = None
    also_at: tuple[str, ...] = ()
    language: str = ""
    boxes: tuple[Box, ...] = ()
    tags: Tags = field(default_factory=dict, hash=False)
    collection: str = ""

    @property
    def name(self) -> str:
        """The name of the chunk among those of all collections that were searched; or empty."""
        if self.id is None:
            return ""
        return f"{self.collection}:{self.id}" if self.collection else str(self.id)

    @property
    def document_title(self) -> str:
        """The title of the document, or the name of a source that has none."""
        return self.title or PurePath(self.source).name

    def as_metadata(self) -> dict[str, Any]:
        """Return the place of the chunk as plain values, for LangChain's metadata and for JSON.

        Tags stand beside the place, which has precedence.
        """
        return {
            **self.tags,
            "source": self.source,
            "title": self.title,
            "page": self.page,
            "page_label": self.page_label,
            "start": self.start,
            "end": self.end,
            "headings": list(self.headings),
            "language": self.language,
            **({"collection": self.collection} if self.collection else {}),
        }

    def __repr__(self) -> str:
        where = place_name(self.source, self.page, self.page_label)
        return f"<Chunk {where}, characters {self.start}–{self.end}: {glimpse(self.text)}>"


@dataclass(frozen=True, slots=True, repr=False)
class Hit(Drawn):
    """A chunk that a search returned. `score` ranks the hits of one search; higher is better.

    `dense_score` is the cosine similarity and `keyword_score` the BM25 score. A score is `None`
    when its side of the search did not rank the chunk.

    >>> (hit,) = library.search("hedge", k=1)
    >>> hit.chunk.page, hit.chunk.text[:12]
    (1, 'The gardener')
    """

    chunk: Chunk
    score: float
    dense_score: float | None = None
    keyword_score: float | None = None

    def as_metadata(self) -> dict[str, Any]:
        """Return the place and the scores as plain values, for LangChain's metadata and JSON."""
        return {
            **self.chunk.as_metadata(),
            "also_at": list(self.chunk.also_at),
            "score": self.score,
            "dense_score": self.dense_score,
            "keyword_score": self.keyword_score,
        }

    def __repr__(self) -> str:
        where = place_name(self.chunk.source, self.chunk.page, self.chunk.page_label)
        return f"<Hit {self.score:.2f} {where}: {glimpse(self.chunk.text)}>"
