"""Ask questions of your own documents, and summarize them, with a model on your own machine.

>>> from quoth import Library                                    # doctest: +SKIP
>>> library = Library()
>>> library.ingest("contracts/")
>>> library.ask("When does the lease end?").text
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quoth.system import privacy

# Before any dependency is imported, which is when they look.
privacy.silence_telemetry()

if TYPE_CHECKING:
    from quoth.config.settings import Config
    from quoth.errors import QuothError
    from quoth.library import Library
    from quoth.types import Answer, Chunk, Citation, Document, Hit, Page, Report

__all__ = [
    "Answer",
    "Chunk",
    "Citation",
    "Config",
    "Document",
    "Hit",
    "Library",
    "Page",
    "QuothError",
    "Report",
]

_HOMES = {"QuothError": "errors", "Config": "config.settings", "Library": "library"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'quoth' has no attribute {name!r}")
    return getattr(import_module(f"quoth.{_HOMES.get(name, 'types')}"), name)
