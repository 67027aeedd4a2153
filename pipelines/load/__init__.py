"""From a file to a document: its text by page, with page labels and headings.

`load_document` reads one file in this process; a `LoaderPool` reads many in worker processes with
limits, where a file that crashes or hangs its parser costs only itself; a `DocumentLoader` hands
out LangChain documents. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.load.contract import Limits, Loader, LoadOptions
    from pipelines.load.isolate import LoaderPool
    from pipelines.load.langchain import DocumentLoader, DocumentReader
    from pipelines.load.registry import load_document, supported_suffixes

__all__ = [
    "DocumentLoader",
    "DocumentReader",
    "Limits",
    "LoadOptions",
    "Loader",
    "LoaderPool",
    "load_document",
    "supported_suffixes",
]

_HOMES = {
    "DocumentLoader": "langchain",
    "DocumentReader": "langchain",
    "Limits": "contract",
    "LoadOptions": "contract",
    "Loader": "contract",
    "LoaderPool": "isolate",
    "load_document": "registry",
    "supported_suffixes": "registry",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
