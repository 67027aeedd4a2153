"""The parts of ingestion, opened as the configuration says."""

from __future__ import annotations

from pathlib import Path

from quoth.collection import DenseIndex, Store
from quoth.config import Ingestion
from quoth.embed import Embedder
from quoth.ingest.ingestor import Ingestor
from quoth.system import WriteLock
from quoth.text import Splitter


def open_splitter(embedder: Embedder, settings: Ingestion) -> Splitter:
    """Open the splitter of a collection: by the embedder's tokens, with room for headings."""
    return Splitter(
        embedder.token_starts,
        chunk_tokens=settings.chunk_tokens,
        limit=embedder.limit,
        with_headings=True,
    )


def open_ingestor(
    store: Store,
    index: DenseIndex,
    embedder: Embedder,
    lock: WriteLock,
    settings: Ingestion,
    *,
    splitter: Splitter | None = None,
    state: Path | None = None,
) -> Ingestor:
    """Open the ingestor of a collection, with the configured splitter unless one is given.

    See `Ingestor` for `state`.
    """
    return Ingestor(
        store,
        index,
        embedder,
        splitter or open_splitter(embedder, settings),
        lock,
        limits=settings.limits,
        state=state,
        language=settings.language,
        workers=settings.workers,
        ocr=settings.ocr,
        exclude=settings.exclude,
    )
