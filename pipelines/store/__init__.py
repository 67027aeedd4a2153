"""SQLite holds the truth: sources, pages, chunks, vectors, keywords."""

from __future__ import annotations

from pipelines.store.build import Build
from pipelines.store.check import Problem
from pipelines.store.failures import Failure
from pipelines.store.store import Source, Store, Vectors

__all__ = ["Build", "Failure", "Problem", "Source", "Store", "Vectors"]
