"""Document → chunks, by the embedder's tokens, along headings, paragraphs, sentences and rows.

A chunk never crosses a page, so its page is certain. Chunks do not overlap, and only white space is
between them: together they are the whole text. The neighbours of a chunk are read on demand
(`Store.neighbours`), so no text is embedded twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.runnables import Runnable, RunnableConfig

from quoth.errors import ConfigurationError, LimitExceededError, UsageError
from quoth.text.borders import Borders, borders_of, count_tokens_between, cut
from quoth.text.detect import detect_language
from quoth.text.heading_trail import HeadingTrail, Trail
from quoth.text.language import language
from quoth.text.letters import split_ligatures
from quoth.text.spans import strip_span
from quoth.types import Chunk, Document, Page

TokenStarts = Callable[[str], Sequence[int]]
"""Given a text, the offsets of its tokens, ascending."""

_BETWEEN = 2
"""Tokens between the headings and the text of a chunk."""

Splittable = Document | LangChainDocument | Sequence[Document | LangChainDocument]


class Splitter(Runnable[Splittable, list[LangChainDocument]]):
    """Cuts documents into chunks of at most `chunk_tokens` tokens. A LangChain `Runnable`.

    `split` returns the chunks of a document. `invoke` takes documents of Quoth or of LangChain (a
    page each), and returns LangChain documents whose metadata locate each chunk.

    `token_starts` is the embedder's tokenizer, `limit` its token limit. With `with_headings`, each
    chunk leaves room within that limit for the title and the headings above it, which are embedded
    with the chunk; at least half of `chunk_tokens` remains for the text. Raises
    `ConfigurationError` when `chunk_tokens` exceeds the embedder's limit.

    >>> chunks = (library.loader() | library.splitter).invoke("contracts/lease.md")
    >>> chunks[0].metadata["start"], chunks[0].metadata["end"]
    (0, 218)
    """

    def __init__(
        self,
        token_starts: TokenStarts,
        *,
        chunk_tokens: int,
        limit: int,
        with_headings: bool = False,
    ) -> None:
        if chunk_tokens > limit:
            raise ConfigurationError(
                f"ingestion.chunk_tokens is {chunk_tokens}, but the embedder reads only {limit} "
                "tokens; the rest of every chunk would be ignored.",
                hint=f"Set ingestion.chunk_tokens to {limit} or less.",
            )
        self._token_starts = token_starts
        self.chunk_tokens = chunk_tokens
        self.limit = limit
        self.with_headings = with_headings

    def __repr__(self) -> str:
        return f"<Splitter into at most {self.chunk_tokens} tokens>"

    @property
    def fingerprint(self) -> str:
        """The identity of the splitter; a collection never mixes chunks of two splitters."""
        return f"structure-3:{self.chunk_tokens}:{self.limit if self.with_headings else 0}"

    def count(self, text: str) -> int:
        """Return the number of tokens in a text."""
        return len(self._token_starts(text))

    def split(self, document: Document, *, seconds: float | None = None) -> list[Chunk]:
        """Return the chunks of a document in reading order.

        Raises `LimitExceededError` when that takes more than `seconds` of the processor.
        """
        limit = None if seconds is None else time.thread_time() + seconds
        chunks: list[Chunk] = []
        for chunk in self._split(document):
            if limit is not None and time.thread_time() > limit:
                raise LimitExceededError(
                    f"{document.title or document.source} was given up: cutting it into chunks "
                    f"took more than {seconds:g} seconds of the processor.",
                    hint="Raise ingestion.max_seconds if the file is worth it.",
                )
            chunks.append(chunk)
        return chunks

    def _split(self, document: Document) -> Iterator[Chunk]:
        above: Trail = ()
        ordinal = 0
        budgets = _Budgets(self, document.title)
        levels = borders_of(language(document.language or _detect_language(document)))
        for page in document.pages:
            starts = self._token_starts(page.text)
            trail = HeadingTrail(page, above)
            for start, end in self._spans(page, starts, above, budgets, levels):
                headings = trail.move(start, end)
                yield Chunk(
                    source=document.source,
                    title=document.title,
                    page=page.number,
                    page_label=page.label,
                    start=start,
                    end=end,
                    text=page.text[start:end],
                    headings=tuple(heading.title for heading in headings),
                    ordinal=ordinal,
                    tokens=count_tokens_between(starts, start, end),
                )
                ordinal += 1
            above = trail.move(len(page.text), len(page.text))

    def invoke(
        self, input: Splittable, config: RunnableConfig | None = None, **kwargs: Any
    ) -> list[LangChainDocument]:
        """Return the chunks of one document or of several, in order."""
        return self._call_with_config(self._chunks, input, config)

    def _chunks(self, input: Splittable) -> list[LangChainDocument]:
        documents = [input] if isinstance(input, Document | LangChainDocument) else input
        chunks = []
        for document in documents:
            if not isinstance(document, Document | LangChainDocument):
                raise UsageError.of_argument("input", expected="documents", came=document)
            metadata = document.metadata if isinstance(document, LangChainDocument) else {}
            parsed = document if isinstance(document, Document) else _to_document(document)
            chunks += [
                LangChainDocument(
                    page_content=chunk.text, metadata={**metadata, **chunk.as_metadata()}
                )
                for chunk in self.split(parsed)
            ]
        return chunks

    def _spans(
        self,
        page: Page,
        starts: Sequence[int],
        above: Trail,
        budgets: _Budgets,
        levels: Sequence[Borders],
    ) -> Iterator[tuple[int, int]]:
        """Yield trimmed spans: pieces packed up to the limit."""
        begin, end, room = 0, 0, 0
        for piece_start, piece_end, opens, limit in self._pieces(
            page, starts, above, budgets, levels
        ):
            full = count_tokens_between(starts, begin, piece_end) > room
            # A new section starts a new chunk, unless the chunk so far is only a line or two.
            section = opens and count_tokens_between(starts, begin, end) * 3 >= room
            if (full or section) and end > begin:
                yield from _trimmed(page.text, begin, end)
                begin = piece_start
            if begin == piece_start:
                room = limit
            end = piece_end
        yield from _trimmed(page.text, begin, end)

    def _pieces(
        self,
        page: Page,
        starts: Sequence[int],
        above: Trail,
        budgets: _Budgets,
        levels: Sequence[Borders],
    ) -> Iterator[tuple[int, int, bool, int]]:
        """Yield (start, end, whether it opens a section, token limit) of contiguous pieces."""
        borders = sorted({0, len(page.text), *(heading.start for heading in page.headings)})
        trail = HeadingTrail(page, above)
        for begin, end in pairwise(borders):
            opens = True
            room = budgets.of(trail.move(begin, end))
            for piece in cut(page.text, begin, end, starts, levels, room):
                yield *piece, opens, room
                opens = False


def _to_document(page_document: LangChainDocument) -> Document:
    metadata = page_document.metadata
    source = str(metadata.get("source", ""))
    number = metadata.get("page")
    page = Page(
        number if isinstance(number, int) else 1,
        page_document.page_content,
        metadata.get("page_label"),
    )
    return Document(source, str(metadata.get("title", "")), "text", (page,))


class _Budgets:
    """The token budgets of chunks, by the headings above them."""

    def __init__(self, splitter: Splitter, title: str) -> None:
        self._splitter = splitter
        self._title = title
        self._known: dict[Trail, int] = {}

    def of(self, path: Trail) -> int:
        splitter = self._splitter
        if not splitter.with_headings:
            return splitter.chunk_tokens
        if path not in self._known:
            head = heading_text(self._title, [heading.title for heading in path])
            left = splitter.limit - splitter.count(head) - _BETWEEN
            self._known[path] = min(
                splitter.chunk_tokens, max(left, -(-splitter.chunk_tokens // 2))
            )
        return self._known[path]


def heading_text(title: str, headings: Sequence[str]) -> str:
    """Return the title and headings as one line, which is embedded before the chunk."""
    return split_ligatures(" › ".join(dict.fromkeys(part for part in (title, *headings) if part)))


def _detect_language(document: Document) -> str:
    return detect_language("\n".join(page.text for page in document.pages))


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    start, end = strip_span(text, begin, end)
    if start < end:
        yield start, end
