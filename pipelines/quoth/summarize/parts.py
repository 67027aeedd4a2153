"""Documents → parts, each the text that one call reads, cut by the model's own tokens.

Chunks follow the structure of a page; a part is as many consecutive chunks as fit a call. The parts
of a document are its whole text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from langchain_core.documents import Document as LangChainDocument

from quoth.errors import NoTextError
from quoth.models import LocalModel
from quoth.summarize.languages import find_document_language
from quoth.text import Splitter
from quoth.types import Chunk, Document, Page

SummaryInput = str | Document | LangChainDocument

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_JOINT = "\n\n"
_JOINT_TOKENS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """The text that one call reads; `tokens` is its length by the model's tokenizer."""

    chunks: tuple[Chunk, ...]
    tokens: int

    @property
    def text(self) -> str:
        """The text of the chunks, with an empty line between them."""
        return _JOINT.join(chunk.text for chunk in self.chunks)


def as_documents(source: SummaryInput | Sequence[SummaryInput]) -> tuple[Document, ...]:
    """Convert the input to documents; LangChain documents of one source are joined.

    A text without a source is named `text`. Raises `NoTextError` when there is nothing to read.
    """
    items = [source] if isinstance(source, str | Document | LangChainDocument) else list(source)
    documents: dict[str, Document] = {}
    for index, item in enumerate(items):
        document = _document(item, "text" if len(items) == 1 else f"text {index + 1}")
        known = documents.get(document.source)
        if known is not None:
            document = replace(known, pages=(*known.pages, *_renumbered(known, document.pages)))
        documents[document.source] = document
    for document in documents.values():
        if not any(map(str.isalnum, chain.from_iterable(page.text for page in document.pages))):
            scans = f": {len(document.unreadable)} of its pages are images"
            raise NoTextError(
                f"{document.source} holds no text{scans * bool(document.unreadable)}.",
                hint="Scanned pages need OCR: set ingestion.ocr.",
            )
    if not documents:
        raise NoTextError("There is no document to summarize.")
    return tuple(documents.values())


def split_parts(document: Document, model: LocalModel, limit: int) -> list[Part]:
    """Split a document into parts of at most `limit` tokens by the model's tokenizer."""
    spoken = find_document_language((document,))
    fine = max(8, limit // 4)
    splitter = Splitter(model.token_starts, chunk_tokens=fine, limit=fine)
    segments = [segment for page in document.pages for segment in _segments(page)]
    pages = tuple(
        Page(index, segment.text, page.label, segment.headings)
        for index, (page, _, segment) in enumerate(segments)
    )
    chunks: list[Chunk] = []
    opening: set[int] = set()
    before = None
    for chunk in splitter.split(replace(document, pages=pages)):
        page, begin, _ = segments[chunk.page]
        if (chunk.page, chunk.headings) != before:
            opening.add(len(chunks))
        before = (chunk.page, chunk.headings)
        start, end = chunk.start + begin, chunk.end + begin
        chunks.append(replace(chunk, page=page.number, start=start, end=end, language=spoken))
    return list(_packed(chunks, opening, limit))


def _segments(page: Page) -> Iterator[tuple[Page, int, Page]]:
    """Yield (page, offset, segment) for each segment of a page.

    One paragraph in four, chosen by its hash, begins a segment, so an edit moves only the borders
    near it.
    """
    borders = [match.end() for match in _PARAGRAPH.finditer(page.text)]
    ends = [*borders[1:], len(page.text)]
    cuts = [
        begin
        for begin, end in zip(borders, ends, strict=False)
        if _digest(page.text[begin:end]) % 4 == 0
    ]
    for begin, end in pairwise([0, *cuts, len(page.text)]):
        headings = tuple(
            replace(heading, start=heading.start - begin)
            for heading in page.headings
            if begin <= heading.start < end
        )
        yield page, begin, Page(page.number, page.text[begin:end], page.label, headings)


def halve(part: Part, model: LocalModel) -> list[Part]:
    """Halve a part that turned out to be too long for a call."""
    if len(part.chunks) > 1:
        middle = len(part.chunks) // 2
        pieces = [part.chunks[:middle], part.chunks[middle:]]
    else:
        pieces = [(chunk,) for chunk in _halved(part.chunks[0])]
    return [Part(piece, sum(model.count_tokens(c.text) for c in piece)) for piece in pieces]


def _halved(chunk: Chunk) -> Iterator[Chunk]:
    middle = max(1, len(chunk.text) // 2)
    space = chunk.text.rfind(" ", 1, middle + 1)
    cut = space if space > 0 else middle
    for begin, end in ((0, cut), (cut, len(chunk.text))):
        text = chunk.text[begin:end]
        stripped = text.strip()
        if stripped:
            start = chunk.start + begin + len(text) - len(text.lstrip())
            yield replace(chunk, text=stripped, start=start, end=start + len(stripped), tokens=0)


def _packed(chunks: Sequence[Chunk], opening: Container[int], limit: int) -> Iterator[Part]:
    """Yield parts: each ends when it is full, or at a segment once it is half full.

    An edit does not move the segments after it, so the parts after an edit are soon the same as
    before, and their calls are in the journal.
    """
    gathered: list[Chunk] = []
    tokens = 0
    for index, chunk in enumerate(chunks):
        full = tokens + chunk.tokens + _JOINT_TOKENS > limit
        if gathered and (full or (2 * tokens >= limit and index in opening)):
            yield Part(tuple(gathered), tokens)
            gathered, tokens = [], 0
        tokens += chunk.tokens + _JOINT_TOKENS * bool(gathered)
        gathered.append(chunk)
    if gathered:
        yield Part(tuple(gathered), tokens)


def _digest(text: str) -> int:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=1).digest()[0]


def _document(source: SummaryInput, name: str) -> Document:
    if isinstance(source, Document):
        return source
    if isinstance(source, str):
        return Document(name, name, "text", (Page(1, source),))
    metadata = source.metadata
    path = str(metadata.get("source") or source.id or name)
    number = int(metadata.get("page") or 1)
    label = metadata.get("page_label")
    return Document(
        source=path,
        title=str(metadata.get("title") or path),
        format="langchain",
        pages=(Page(number, source.page_content, None if label is None else str(label)),),
    )


def _renumbered(known: Document, pages: Sequence[Page]) -> list[Page]:
    """Return pages with new numbers where the document already uses theirs."""
    taken = {page.number for page in known.pages}
    renumbered = []
    for page in pages:
        number = page.number if page.number not in taken else max(taken) + 1
        taken.add(number)
        renumbered.append(replace(page, number=number))
    return renumbered
