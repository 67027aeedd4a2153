"""Local models behind one contract: `open_model("backend:name")` gives a LangChain chat model.

Each backend is one file, registered in the entry-point group `carrel.backends`, ours included.
"""

from __future__ import annotations

from pipelines.backends.registry import (
    backend_class,
    backend_names,
    open_embedder,
    open_model,
    settings_of,
    split_model,
)

__all__ = [
    "backend_class",
    "backend_names",
    "open_embedder",
    "open_model",
    "settings_of",
    "split_model",
]
