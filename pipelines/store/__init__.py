"""SQLite holds the truth: sources, pages, chunks, vectors, keywords."""

from __future__ import annotations

from pipelines.store.build import Build
from pipelines.store.check import Problem
from pipelines.store.failures import Failure
from pipelines.store.select import Scope
from pipelines.store.store import Signals, Source, Store, Vectors

__all__ = ["Build", "Failure", "Problem", "Scope", "Signals", "Source", "Store", "Vectors"]
