"""Retrievers of other packages, through the entry-point group `quoth.retrievers`.

An entry names a callable that takes our `Searcher` and returns a LangChain retriever.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from quoth.errors import ConfigurationError
from quoth.retrieve.langchain import RetrieverSearcher
from quoth.retrieve.searcher import Searcher

GROUP = "quoth.retrievers"


def open_retriever(name: str, searcher: Searcher) -> RetrieverSearcher:
    """Return a searcher over the retriever of that name. Raises `ConfigurationError`."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        here = ", ".join(sorted(points)) or "none"
        raise ConfigurationError(
            f"There is no retriever {name!r}.", hint=f"Installed retrievers: {here}."
        )
    try:
        make = points[name].load()
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"The retriever {name!r} ({points[name].value}) cannot be loaded: {error}.",
            hint="Update or remove the package that brings it.",
        ) from error
    return RetrieverSearcher(searcher, make(searcher))
