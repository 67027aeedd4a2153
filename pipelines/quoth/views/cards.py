"""Documents, chunks, and the hits of a search, as HTML for a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from quoth.types import Chunk, Document, Hit, format_count
from quoth.views.frame import fold_html, frame, marked_html, table_html, title_html
from quoth.views.lines import format_page, format_scores, format_unread, shorten_paths
from quoth.views.matches import mark_matches
from quoth.views.quote import shorten_quote

if TYPE_CHECKING:
    from quoth.collection import Source
    from quoth.retrieve import Hits

_MOST_PAGES = 40
_MOST_CHARACTERS = 6_000
"""The most characters of a page that are shown."""


def hits_html(hits: Hits) -> str:
    """Return the hits of a search: each opens its passage, with the words of the question."""
    question = hits.question.text
    head = title_html(question, format_count(len(hits), "hit"))
    names = shorten_paths(hit.chunk.source for hit in hits)
    return frame([head, *(_hit(n, hit, names, question) for n, hit in enumerate(hits, start=1))])


def hit_html(hit: Hit) -> str:
    """Return one hit, which opens its passage."""
    return frame([_hit(1, hit, shorten_paths([hit.chunk.source]), "")])


def chunk_html(chunk: Chunk) -> str:
    """Return a chunk with its place."""
    facts = [format_count(chunk.tokens, "token")] if chunk.tokens else []
    head = title_html(_place(chunk, shorten_paths([chunk.source])), " · ".join(facts))
    return frame([head, f"<blockquote>{escape(chunk.text)}</blockquote>"])


def document_html(document: Document) -> str:
    """Return a document, of which each page opens."""
    facts = [
        document.source,
        document.format,
        format_count(len(document.pages), "page"),
        f"{document.characters:,} characters",
        *([document.language] if document.language else []),
        *([f"{format_unread(document.unread)} not read"] if document.unread else []),
    ]
    pages = [
        fold_html(
            escape(f"page {page.label or page.number}"),
            f"<blockquote>{escape(_cut(page.text))}</blockquote>",
        )
        for page in document.pages[:_MOST_PAGES]
    ]
    if len(document.pages) > _MOST_PAGES:
        pages.append(f"<p class=soft>… and {len(document.pages) - _MOST_PAGES:,} more pages</p>")
    notes = [f"<p class='soft doubt'>{escape(note)}</p>" for note in document.notes]
    return frame([title_html(document.title, " · ".join(facts)), *notes, *pages])


def sources_html(sources: Sequence[Source]) -> str:
    """Return the sources of a collection as a table."""
    return frame([sources_table(sources)])


def source_html(source: Source) -> str:
    """Return one source with its facts."""
    return frame([sources_table([source])])


def sources_table(sources: Sequence[Source]) -> str:
    """Return the table of sources, without the style of a view."""
    names = shorten_paths(source.path for source in sources)
    rows = [
        (
            names[source.path],
            source.title,
            source.format,
            str(source.pages),
            str(source.chunks),
            source.language,
            ", ".join(f"{key}: {value}" for key, value in source.tags.items()),
            format_unread(source.unread),
        )
        for source in sources
    ]
    columns = ("file", "title", "format", "pages", "chunks", "language", "tags", "not read")
    shown = [at for at in range(len(columns)) if at < 5 or any(row[at] for row in rows)]
    return table_html([columns[at] for at in shown], [[row[at] for at in shown] for row in rows])


def _hit(number: int, hit: Hit, names: Mapping[str, str], question: str) -> str:
    chunk = hit.chunk
    marked = mark_matches(chunk.text, question, chunk.language)
    short = marked_html(shorten_quote(chunk.text, marked.marks[:1]))
    place, scores = escape(_place(chunk, names)), escape(format_scores(hit))
    summary = (
        f"[{number}] {place} <span class=soft>{scores}</span><br><span class=quote>{short}</span>"
    )
    return fold_html(summary, f"<blockquote>{marked_html(marked)}</blockquote>")


def _place(chunk: Chunk, names: Mapping[str, str]) -> str:
    page = format_page(names[chunk.source], chunk.page, chunk.page_label)
    where = f"{chunk.collection}: {page}" if chunk.collection else page
    return " · ".join([where, *([" › ".join(chunk.headings)] if chunk.headings else [])])


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " …"
