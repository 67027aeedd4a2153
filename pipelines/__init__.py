"""Ask questions of your own documents, and summarize them, with a model on your own machine.

>>> from pipelines import Library                                    # doctest: +SKIP
>>> library = Library()
>>> library.ingest("contracts/")
>>> library.ask("When does the lease end?").text
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipelines import privacy

# Before any dependency is imported, which is when they look.
privacy.silence_telemetry()

if TYPE_CHECKING:
    from pipelines.config import Config
    from pipelines.errors import CarrelError
    from pipelines.library import Library
    from pipelines.types import Answer, Chunk, Citation, Document, Hit, Page, Report

__all__ = [
    "Answer",
    "CarrelError",
    "Chunk",
    "Citation",
    "Config",
    "Document",
    "Hit",
    "Library",
    "Page",
    "Report",
]

_HOMES = {"CarrelError": "errors", "Config": "config", "Library": "library"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'pipelines' has no attribute {name!r}")
    return getattr(import_module(f"pipelines.{_HOMES.get(name, 'types')}"), name)
