"""A library, as HTML for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from quoth.collection import Source
from quoth.errors import QuothError
from quoth.library.parts import Parts
from quoth.types import format_count
from quoth.views import fold_html, format_path, frame, sources_table, title_html


def library_html(parts: Parts) -> str:
    """Return a library with its models and the documents of its collections.

    Nothing is loaded for it, and no collection is made.
    """
    names = " and ".join(one.collection for one in (parts, *parts.beside))
    model = parts.made["model"].model if "model" in parts.made else parts.config.backend.model
    facts = f"model {model} · embedder {parts.config.embedding.model}"
    return frame([title_html(names, facts), *map(_collection, (parts, *parts.beside))])


def _collection(parts: Parts) -> str:
    """Return one collection, whose documents open."""
    path = parts.folder / "library.sqlite"
    try:
        sources: Sequence[Source] = parts.store.sources() if path.is_file() else ()
    except QuothError as error:
        return title_html(parts.collection, f"{error} {error.hint}")
    counts = [
        format_count(len(sources), "document"),
        format_count(sum(source.pages for source in sources), "page"),
        format_count(sum(source.chunks for source in sources), "chunk"),
        format_path(str(parts.folder)),
    ]
    head = escape(" · ".join((parts.collection, *counts) if parts.beside else counts))
    return fold_html(head, sources_table(sources)) if sources else f"<p class=soft>{head}</p>"
