"""Document → chunks, by the embedder's tokens, along headings, paragraphs, sentences and rows.

A chunk never crosses a page, so its page is certain. Chunks do not overlap, and only white space is
between them: together they are the whole text. The neighbours of a chunk are read on demand
(`Store.neighbours`), so no text is embedded twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.runnables import Runnable, RunnableConfig

from quoth.errors import ConfigurationError
from quoth.text.detect import detect_language
from quoth.text.language import Language, language
from quoth.text.letters import split_ligatures
from quoth.text.sentences import find_sentence_starts
from quoth.text.spans import strip_span
from quoth.types import Chunk, Document, Heading, Page

_Path = tuple[Heading, ...]
_Borders = Callable[[str, int, int], Iterator[int]]
"""Given a text and a span, the offsets within the span at which to cut."""
TokenStarts = Callable[[str], Sequence[int]]
"""Given a text, the offsets of its tokens, ascending."""

_BETWEEN = 2
"""Tokens between the headings and the text of a chunk."""
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
# The end of a table row, or of the line before a list item.
_ROW = re.compile(
    r"(?<=[|\t])[^\n]*\n|(?<=\d)[ \t]*\n(?=[^\n]*\d[ \t]*\n)|\n(?=[ \t]*(?:[-*•]|\d+[.)]) )"
)
_LINE = re.compile(r"\n")
_PAUSE = re.compile(r"[；，、]\s*")
_SPACE = re.compile(r"\s+")


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

    @property
    def fingerprint(self) -> str:
        """The identity of the splitter; a collection never mixes chunks of two splitters."""
        return f"structure-3:{self.chunk_tokens}:{self.limit if self.with_headings else 0}"

    def count(self, text: str) -> int:
        """Return the number of tokens in a text."""
        return len(self._token_starts(text))

    def split(self, document: Document) -> list[Chunk]:
        """Return the chunks of a document in reading order."""
        chunks: list[Chunk] = []
        path: tuple[Heading, ...] = ()
        budgets = _Budgets(self, document.title)
        levels = _levels(language(document.language or _detect_language(document)))
        for page in document.pages:
            starts = self._token_starts(page.text)
            for start, end, inside in self._spans(page, starts, path, budgets, levels):
                path = inside
                chunks.append(
                    Chunk(
                        source=document.source,
                        title=document.title,
                        page=page.number,
                        page_label=page.label,
                        start=start,
                        end=end,
                        text=page.text[start:end],
                        headings=tuple(heading.title for heading in path),
                        ordinal=len(chunks),
                        tokens=_count(starts, start, end),
                    )
                )
            path = _path_at(path, page, len(page.text), len(page.text))
        return chunks

    def invoke(
        self, input: Splittable, config: RunnableConfig | None = None, **kwargs: Any
    ) -> list[LangChainDocument]:
        """Return the chunks of one document or of several, in order."""
        return self._call_with_config(self._chunks, input, config)

    def _chunks(self, input: Splittable) -> list[LangChainDocument]:
        documents = [input] if isinstance(input, Document | LangChainDocument) else input
        chunks = []
        for document in documents:
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
        path: _Path,
        budgets: _Budgets,
        levels: Sequence[_Borders],
    ) -> Iterator[tuple[int, int, _Path]]:
        """Yield trimmed spans with the headings above them: pieces packed up to the limit."""
        begin, end, room = 0, 0, 0
        for piece_start, piece_end, opens, limit in self._pieces(
            page, starts, path, budgets, levels
        ):
            full = _count(starts, begin, piece_end) > room
            # A new section starts a new chunk, unless the chunk so far is only a line or two.
            section = opens and _count(starts, begin, end) * 3 >= room
            if (full or section) and end > begin:
                for span in _trimmed(page.text, begin, end):
                    path = _path_at(path, page, *span)
                    yield *span, path
                begin = piece_start
            if begin == piece_start:
                room = limit
            end = piece_end
        for span in _trimmed(page.text, begin, end):
            yield *span, _path_at(path, page, *span)

    def _pieces(
        self,
        page: Page,
        starts: Sequence[int],
        path: _Path,
        budgets: _Budgets,
        levels: Sequence[_Borders],
    ) -> Iterator[tuple[int, int, bool, int]]:
        """Yield (start, end, whether it opens a section, token limit) of contiguous pieces."""
        borders = sorted({0, len(page.text), *(heading.start for heading in page.headings)})
        for begin, end in pairwise(borders):
            opens = True
            path = _path_at(path, page, begin, end)
            room = budgets.of(path)
            for piece in _cut(page.text, begin, end, starts, levels, room):
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
        self._known: dict[_Path, int] = {}

    def of(self, path: _Path) -> int:
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


def _cut(
    text: str,
    begin: int,
    end: int,
    starts: Sequence[int],
    levels: Sequence[_Borders],
    room: int,
) -> Iterator[tuple[int, int]]:
    """Yield contiguous pieces of at most `room` tokens, cut at the highest possible level."""
    if _count(starts, begin, end) <= room:
        yield begin, end
        return
    if not levels:  # one word longer than a chunk
        first, last = bisect_left(starts, begin), bisect_left(starts, end)
        yield from pairwise([begin, *starts[first + room : last : room], end])
        return
    for a, b in pairwise(sorted({begin, *levels[0](text, begin, end), end})):
        yield from _cut(text, a, b, starts, levels[1:], room)


def _ends_of(pattern: re.Pattern[str]) -> _Borders:
    return lambda text, begin, end: (match.end() for match in pattern.finditer(text, begin, end))


def _levels(rules: Language) -> Sequence[_Borders]:
    """Return the borders at which a text of a language is cut, from the highest to the lowest."""

    def sentences_and_rows(text: str, begin: int, end: int) -> Iterator[int]:
        yield from find_sentence_starts(text, begin, end, language=rules)
        yield from _ends_of(_ROW)(text, begin, end)

    lower = map(_ends_of, (_LINE, _PAUSE, _SPACE))
    return _ends_of(_PARAGRAPH), sentences_and_rows, *lower


def _detect_language(document: Document) -> str:
    return detect_language("\n".join(page.text for page in document.pages))


def _count(starts: Sequence[int], begin: int, end: int) -> int:
    return bisect_left(starts, end) - bisect_left(starts, begin)


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    start, end = strip_span(text, begin, end)
    if start < end:
        yield start, end


def _path_at(path: tuple[Heading, ...], page: Page, start: int, end: int) -> tuple[Heading, ...]:
    """Return the headings above the text of a chunk, including those at its start."""
    lead = page.text[start:end].split("\n", 1)[0]
    for heading in page.headings:
        if heading.start < start or (heading.start <= start + len(lead) and heading.start < end):
            above = tuple(h for h in path if h.level < heading.level and h is not heading)
            if heading not in path:
                path = (*above, heading)
    return path
