"""Retrievers of other packages, through the entry-point group `quoth.retrievers`.

An entry names a callable that takes our `CollectionSearcher` and returns a LangChain retriever.
"""

from __future__ import annotations

from quoth.retrieve.foreign import RetrieverSearcher
from quoth.retrieve.searcher import CollectionSearcher
from quoth.system import load_entry_point

GROUP = "quoth.retrievers"


def open_retriever(name: str, searcher: CollectionSearcher) -> RetrieverSearcher:
    """Return a searcher over the retriever of that name. Raises `ConfigurationError`."""
    make = load_entry_point(GROUP, name, kind="retriever")
    return RetrieverSearcher(
        make(searcher),
        store=searcher.store,
        embedder=searcher.embedder,
        settings=searcher.settings,
    )
