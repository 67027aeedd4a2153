"""SQLite holds the truth: sources, pages, chunks, vectors, keywords."""

from __future__ import annotations

from pipelines.store.store import Source, Store, Vectors

__all__ = ["Source", "Store", "Vectors"]
