"""Reading on other machines: the contract between an ingestion and those who read for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from quoth.errors import DocumentError
from quoth.types import Chunk, Document, Vectors


class Elsewhere(Protocol):
    """Reads, splits and embeds files elsewhere; this process stores what comes back."""

    def load_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Document | DocumentError]]:
        """Yield the document of each file, or the reason why there is none, in any order."""

    def split(self, document: Document, *, seconds: float | None = None) -> Sequence[Chunk]:
        """Return the chunks of a document that came from `load_all`."""

    def known_vectors(self, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        """Return the vectors of chunks of documents that came from `load_all`, each once."""
