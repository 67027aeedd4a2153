"""The frozen values that the rooms exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
"""One vector, or an array with a vector in each row."""

Progress = Callable[[int, int, str], None]
"""A callback for progress: the finished items, all items, the name of the current item."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on a page: its offset, its level (1 is the highest), and its text."""

    start: int
    level: int
    title: str


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


@dataclass(frozen=True, slots=True)
class Page:
    """The text of one page, slide or sheet.

    `number` counts from 1. `label` is the printed page number (`iv`, `379`), where the format has
    one. A file without pages is one page. `metadata` holds further facts that a loader knows of the
    page, such as `ocr`, the engine that recognized its text, and `boxes`, the places of its lines.
    """

    number: int
    text: str
    label: str | None = None
    headings: tuple[Heading, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one source, by page.

    `unreadable` holds the numbers of the pages without text (scans). `left_out` is the number of
    pages that were not requested. `notes` are sentences for the report about gaps in the text.
    `unread` counts by kind what the source holds and the text does not, such as `picture`.
    `language` is the language of most of the text (ISO 639-1), `und` for a text of no language, and
    empty before it is known. `language_is_set` says that a person named it.
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

    @property
    def characters(self) -> int:
        """The number of characters on all pages."""
        return sum(len(page.text) for page in self.pages)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one page: `page.text[start:end]` is its `text`, always.

    `headings` are the headings above the chunk, highest first. `id` is the row in the store, and
    `None` before the chunk is stored. `ordinal` counts the chunks of a document from 0. `also_at`
    are the other sources with the same content. `language` is that of the text (ISO 639-1), `und`
    for a text of no language, and empty before it is known. `boxes` are the places of the lines of
    a text that was recognized (OCR), by offsets on the page.
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

    def as_metadata(self) -> dict[str, Any]:
        """Return the place of the chunk as plain values, for LangChain's metadata and for JSON."""
        return {
            "source": self.source,
            "title": self.title,
            "page": self.page,
            "page_label": self.page_label,
            "start": self.start,
            "end": self.end,
            "headings": list(self.headings),
            "language": self.language,
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search returned. `score` ranks the hits of one search; higher is better.

    `dense_score` is the cosine similarity and `keyword_score` the BM25 score. A score is `None`
    when its side of the search did not rank the chunk.
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


@dataclass(frozen=True, slots=True)
class Timings:
    """The cost of model calls, in seconds and tokens.

    `gpu_layers` is the number of layers on the GPU, read back after loading; `None` where it is
    unknown. `note` is a sentence for the case that the model should be on the GPU and is not.
    """

    load_seconds: float = 0.0
    first_token_seconds: float = 0.0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    prompt_seconds: float = 0.0
    generated_tokens: int = 0
    generation_seconds: float = 0.0
    calls: int = 1
    gpu_layers: int | None = None
    note: str = ""

    @property
    def tokens_per_second(self) -> float:
        """The generation speed; 0.0 when nothing was generated."""
        return self.generated_tokens / self.generation_seconds if self.generation_seconds else 0.0

    def __add__(self, other: Timings) -> Timings:
        layers = [n for n in (self.gpu_layers, other.gpu_layers) if n is not None]
        return Timings(
            load_seconds=self.load_seconds + other.load_seconds,
            first_token_seconds=self.first_token_seconds or other.first_token_seconds,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_prompt_tokens=self.cached_prompt_tokens + other.cached_prompt_tokens,
            prompt_seconds=self.prompt_seconds + other.prompt_seconds,
            generated_tokens=self.generated_tokens + other.generated_tokens,
            generation_seconds=self.generation_seconds + other.generation_seconds,
            calls=self.calls + other.calls,
            gpu_layers=min(layers, default=None),
            note=self.note or other.note,
        )


Finding = Literal["exact", "tolerant", "repaired", "missing"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The evidence for a claim: a verbatim `quote` on a page of a source.

    `finding` is the way in which the quote was found. `exact` and `tolerant` (of white space,
    hyphenation and ligatures) are words of the model that are on the page. `repaired` is a sentence
    of the page in place of a quote that was not on it. `missing` was not found. `verified` is true
    exactly when `quote` is on the page, at the span from `start` to `end`. `also_at` are the other
    sources with the same content. `boxes` are the places of its lines on a page that was recognized
    (OCR).
    """

    source: str
    page: int
    page_label: str | None
    quote: str
    verified: bool
    finding: Finding
    start: int = 0
    end: int = 0
    also_at: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its evidence.

    `answerable` is false when the documents do not contain the answer; `nearest` then holds the
    closest hits. `unsupported_numbers` are in the text, but in no cited chunk. `excerpts` are the
    chunks that the model read. `cached` is true when the reply came from the journal; `timings` are
    then those of the recorded call. `language` is that of the question, `evidence_language` that of
    the excerpts (ISO 639-1); both are empty where they are not known.
    """

    question: str
    text: str
    answerable: bool
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    model: str
    timings: Timings
    unsupported_numbers: tuple[str, ...] = ()
    thinking: str = ""
    excerpts: tuple[Chunk, ...] = ()
    cached: bool = False
    language: str = ""
    evidence_language: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one file: its path, and the reason why it was done, skipped or failed.

    `unread` counts by kind what the file holds and its text does not, such as `picture`.
    """

    path: str
    reason: str
    status: str
    pages: int = 0
    chunks: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a run over many files. Every file is in exactly one of the four groups."""

    done: tuple[Outcome, ...] = ()
    skipped: tuple[Outcome, ...] = ()
    failed: tuple[Outcome, ...] = ()
    removed: tuple[Outcome, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{len(self.done)} done, {len(self.skipped)} skipped, {len(self.failed)} failed, "
            f"{len(self.removed)} removed, in {self.seconds:.1f} s"
        )
