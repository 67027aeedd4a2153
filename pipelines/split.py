"""Document → chunks, by the embedder's tokens, along headings, paragraphs, sentences and rows.

A chunk never crosses a page, so that its page is certain. Chunks do not overlap, and only white
space lies between them: together they are the whole text. What stands before and after a chunk is
fetched when it is needed (`Store.neighbours`), rather than embedded twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pipelines.errors import ConfigurationError
from pipelines.types import Chunk, Document, Heading, Page

TokenStarts = Callable[[str], Sequence[int]]
"""Given a text, the offset of each of its tokens, ascending."""

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9À-ÞЀ-Я])|(?<=[。！？])")
# The end of a line that is a row of a table, or before an item of a list.
_ROW = re.compile(
    r"(?<=[|\t])[^\n]*\n|(?<=\d)[ \t]*\n(?=[^\n]*\d[ \t]*\n)|\n(?=[ \t]*(?:[-*•]|\d+[.)]) )"
)
_LINE = re.compile(r"\n")
_SPACE = re.compile(r"\s+")


class Splitter:
    """Cuts documents into chunks of at most `chunk_tokens` tokens.

    `token_starts` is the embedder's tokenizer; `limit` is what the embedder reads at most.
    Raises `ConfigurationError` when a chunk could be longer than the embedder reads.
    """

    def __init__(self, token_starts: TokenStarts, *, chunk_tokens: int, limit: int) -> None:
        if chunk_tokens > limit:
            raise ConfigurationError(
                f"ingestion.chunk_tokens is {chunk_tokens}, but the embedder reads only {limit} "
                "tokens; the rest of every chunk would be ignored.",
                hint=f"Set ingestion.chunk_tokens to {limit} or less.",
            )
        self._token_starts = token_starts
        self.chunk_tokens = chunk_tokens

    @property
    def fingerprint(self) -> str:
        """Return what tells this splitter from another one."""
        return f"structure-1:{self.chunk_tokens}"

    def split(self, document: Document) -> list[Chunk]:
        """Return the chunks of a document in reading order."""
        chunks: list[Chunk] = []
        path: tuple[Heading, ...] = ()
        for page in document.pages:
            starts = self._token_starts(page.text)
            for start, end in self._spans(page, starts):
                path = _path_at(path, page, start, end)
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

    def _spans(self, page: Page, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield trimmed spans: pieces between natural borders, packed up to the limit."""
        begin, end = 0, 0
        for piece_start, piece_end, opens in self._pieces(page, starts):
            size = _count(starts, begin, piece_end)
            full = size > self.chunk_tokens
            # A new section starts a new chunk, unless what stands before it is only a line or two.
            section = opens and _count(starts, begin, end) * 3 >= self.chunk_tokens
            if (full or section) and end > begin:
                yield from _trimmed(page.text, begin, end)
                begin = piece_start
            end = piece_end
        yield from _trimmed(page.text, begin, end)

    def _pieces(self, page: Page, starts: Sequence[int]) -> Iterator[tuple[int, int, bool]]:
        """Yield contiguous pieces, each within the limit, and whether it opens a section."""
        borders = sorted({0, len(page.text), *(heading.start for heading in page.headings)})
        for begin, end in pairwise(borders):
            opens = True
            for piece in self._cut(page.text, begin, end, starts, _LEVELS):
                yield *piece, opens
                opens = False

    def _cut(
        self,
        text: str,
        begin: int,
        end: int,
        starts: Sequence[int],
        levels: Sequence[tuple[re.Pattern[str], ...]],
    ) -> Iterator[tuple[int, int]]:
        if _count(starts, begin, end) <= self.chunk_tokens:
            yield begin, end
            return
        if not levels:  # one word longer than a chunk
            first = bisect_left(starts, begin)
            last = bisect_left(starts, end)
            cuts = [begin, *starts[first + self.chunk_tokens : last : self.chunk_tokens], end]
        else:
            found = {m.end() for pattern in levels[0] for m in pattern.finditer(text, begin, end)}
            cuts = sorted({begin, *found, end})
        for a, b in pairwise(cuts):
            yield from self._cut(text, a, b, starts, levels[1:]) if levels else ((a, b),)


_LEVELS = ((_PARAGRAPH,), (_SENTENCE, _ROW), (_LINE,), (_SPACE,))


def _count(starts: Sequence[int], begin: int, end: int) -> int:
    return bisect_left(starts, end) - bisect_left(starts, begin)


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[begin:end]
    stripped = piece.strip()
    if stripped:
        start = begin + len(piece) - len(piece.lstrip())
        yield start, start + len(stripped)


def _path_at(path: tuple[Heading, ...], page: Page, start: int, end: int) -> tuple[Heading, ...]:
    """Return the headings in force where a chunk starts, those that open it included."""
    lead = page.text[start:end].split("\n", 1)[0]
    for heading in page.headings:
        if heading.start < start or (heading.start <= start + len(lead) and heading.start < end):
            above = tuple(h for h in path if h.level < heading.level and h is not heading)
            if heading not in path:
                path = (*above, heading)
    return path
