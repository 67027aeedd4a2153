"""The unit of a fleet's work: one document as a value, and what comes back of it."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from quoth.fleet.identity import Work
from quoth.jobs import ReadDocument, SummaryTask
from quoth.summarize import Monitor
from quoth.types import Chunk, Document, Vectors

Shipping = Literal["files", "paths", "documents"]
"""What a machine gets of a document: the bytes of its file, its path on a disk that all machines
share, or the text that was read already."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One document to work at.

    `content` is the bytes of the file; with `None`, `load` gets the `path` itself. `task` is that
    of a summary, `None` for ingestion.
    """

    job: str
    key: str
    work: Work
    path: Path
    content: bytes | None
    load: ReadDocument
    task: SummaryTask | None = None


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """Stands for the loader of a document that was read already."""

    document: Document

    def __call__(self, path: Path) -> Document:
        """Return the document."""
        return self.document


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """A document that was read, split and embedded elsewhere; a row of vectors for each hash."""

    document: Document
    chunks: tuple[Chunk, ...]
    hashes: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a unit: its result, or the error that it raised."""

    result: Any = None
    error: Exception | None = None


@dataclass
class Order:
    """A document that a job wants worked at, and the future of its result."""

    key: str
    path: Path
    task: SummaryTask | None
    monitor: Monitor
    load: ReadDocument
    shipping: Shipping
    future: Future[Any] = field(default_factory=Future)
    size: int = 0
    placed: Any = None
    has_planned: bool = False
