"""The tools that read: search, fetch, and the list of documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from quoth.collection import Source, read_pages
from quoth.errors import UsageError
from quoth.library import Library
from quoth.mcp.addresses import Address, document_id, page_uri, passage_id
from quoth.mcp.bounds import Bounds
from quoth.mcp.evidence import cut, gives_orders
from quoth.mcp.shapes import DocumentList, Fetched, ListedDocument, Passage, SearchResults
from quoth.retrieve import check_question
from quoth.types import Chunk, Document, Hit, Page
from quoth.views import draw_page

_FEWEST_TOKENS = 100
_AROUND = 12  # chunks before and after a passage that `fetch` may show with it


class Reader:
    """Reads the documents that a server shows; every text is bounded in tokens."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds

    def search(
        self,
        query: str,
        *,
        collection: str = "",
        k: int = 8,
        documents: Sequence[str] = (),
        pages: str = "",
        since: str = "",
        until: str = "",
        max_tokens: int = 0,
    ) -> SearchResults:
        """Return the passages that fit a query best."""
        library = self.bounds.open(collection)
        scope = self.bounds.narrow(library, documents, pages, since, until)
        hits = library.search(check_question(query), k=k, scope=scope)
        left = self.limit(max_tokens)
        passages: list[Passage] = []
        for hit in hits:
            tokens = library.embedder.count_tokens(hit.chunk.text)
            if tokens > left and passages:
                break
            passages.append(self._passage(library, hit, left))
            left -= tokens
        return SearchResults(results=passages, left_out=len(hits) - len(passages))

    def fetch(self, id: str, *, pages: str = "", max_tokens: int = 0) -> Fetched:
        """Return the text of a document, of some of its pages, or around a passage."""
        address = Address.read(id)
        library = self.bounds.open(address.collection)
        limit = self.limit(max_tokens)
        if address.passage is not None:
            chunk = self.chunk(library, address.passage)
            return self._fetch_passage(library, chunk, limit)
        source = self.bounds.find(library, f"{address.collection}/{address.document}")
        document = library.store.document(source.path)
        if document is None:
            raise UsageError("This document was removed meanwhile.")
        wanted = _cut_pages(self.bounds.pages_of(library, document), address, pages)
        return self._fetch_pages(library, source, document, wanted, limit)

    def list_documents(
        self,
        *,
        collection: str = "",
        query: str = "",
        cursor: str = "",
        limit: int = 50,
        max_tokens: int = 0,
    ) -> DocumentList:
        """Return the documents whose names or titles contain a text, in the order of names."""
        library = self.bounds.open(collection)
        wanted = query.casefold()
        found = [
            source
            for source in self.bounds.sources(library)
            if wanted in f"{self.bounds.name(source.path)}\n{source.title}".casefold()
        ]
        if not (cursor or "0").isdecimal():
            raise UsageError(f"{cursor!r} is no cursor.", hint="Use `next_cursor` as it came.")
        start = int(cursor or 0)
        shown: list[ListedDocument] = []
        left = self.limit(max_tokens)
        for source in found[start : start + limit]:
            listed = self._listed(library, source)
            left -= library.embedder.count_tokens(f"{listed.id} {listed.name} {listed.title}")
            if left < 0 and shown:
                break
            shown.append(listed)
        end = start + len(shown)
        return DocumentList(
            collection=library.collection,
            collections=list(self.bounds.collections),
            documents=shown,
            total=len(found),
            next_cursor=str(end) if end < len(found) else None,
        )

    def page_image(self, id: str) -> bytes:
        """Return the picture (PNG) of a page by its address. Raises `UsageError` without any."""
        address = Address.read(id)
        library = self.bounds.open(address.collection)
        source = self.bounds.find(library, f"{address.collection}/{address.document}")
        number = address.page or 1
        document = library.store.document(source.path)
        held = self.bounds.pages_of(library, document).pages if document else ()
        shown = any(page.number == number for page in held)
        image = draw_page(Path(source.path), number, "") if shown else None
        if image is None:
            raise UsageError(
                f"There is no picture of {id!r}.",
                hint="PDFs and pictures have one, while their file is where it was read.",
            )
        return image

    def chunk(self, library: Library, number: int) -> Chunk:
        """Return the chunk with a number, if the server shows it. Raises `UsageError`."""
        chunk = library.store.chunks([number]).get(number)
        if chunk is None or not self.bounds.shows(library, chunk):
            raise UsageError(
                f"There is no passage {passage_id(library.collection, number)!r}.",
                hint="Search again: passages change when a document is read again.",
            )
        return chunk

    def limit(self, max_tokens: int) -> int:
        """Return the most tokens of a call: what it asks for, or what the server allows."""
        most = self.bounds.settings.max_tokens
        return max(_FEWEST_TOKENS, min(max_tokens or most, most))

    def _passage(self, library: Library, hit: Hit, limit: int) -> Passage:
        """Return a passage; a single one that is longer than all that may be said is cut."""
        chunk = hit.chunk
        text = chunk.text[: cut(chunk.text, limit, library.embedder.count_tokens)]
        document, name = self.bounds.place_of(library, chunk.source)
        return Passage(
            id=passage_id(library.collection, chunk.id),
            title=self.bounds.title_of(library, chunk.source, chunk.document_title),
            url=page_uri(document, chunk.page),
            document=document,
            name=name,
            page=chunk.page,
            page_label=chunk.page_label,
            headings=list(chunk.headings),
            language=chunk.language,
            text=text,
            is_whole=len(text) == len(chunk.text),
            score=round(hit.score, 4),
            gives_orders=gives_orders(chunk.text),
        )

    def _fetch_passage(self, library: Library, chunk: Chunk, limit: int) -> Fetched:
        """Return a passage with as many of its neighbours as fit."""
        page = library.store.page_text(chunk.source, chunk.page) or chunk.text
        count = library.embedder.count_tokens
        start, end = chunk.start, chunk.end
        for near in library.store.neighbours(chunk, distance=_AROUND):
            wide = min(start, near.start), max(end, near.end)
            if near.page == chunk.page and count(page[slice(*wide)]) <= limit:
                start, end = wide
        end = start + cut(page[start:end], limit, count)
        document, name = self.bounds.place_of(library, chunk.source)
        more = end < len(page.rstrip())
        return Fetched(
            id=passage_id(library.collection, chunk.id),
            title=self.bounds.title_of(library, chunk.source, chunk.document_title),
            text=page[start:end],
            url=page_uri(document, chunk.page),
            metadata={
                "name": name,
                "page": chunk.page,
                "page_label": chunk.page_label,
                "headings": list(chunk.headings),
                "language": chunk.language,
            },
            next=page_uri(document, chunk.page, start=end) if more else None,
            gives_orders=gives_orders(page[start:end]),
        )

    def _fetch_pages(
        self,
        library: Library,
        source: Source,
        document: Document,
        wanted: Sequence[tuple[Page, int]],
        limit: int,
    ) -> Fetched:
        """Return as many pages as fit, each below its number, and the address of what follows."""
        id = document_id(library.collection, source.hash)
        count = library.embedder.count_tokens
        parts: list[str] = []
        shown: list[Page] = []
        follows: str | None = None
        for page, start in wanted:
            text = page.text[start:]
            if shown and count(text) > limit:
                follows = page_uri(id, page.number)
                break
            end = cut(text, limit, count)
            parts.append(_page(page, text[:end]))
            shown.append(page)
            limit -= count(text[:end])
            if end < len(text):
                follows = page_uri(id, page.number, start=start + end)
                break
        text = "\n\n".join(parts)
        return Fetched(
            id=id,
            title=self.bounds.title_of(library, source.path, document.title),
            text=text,
            url=page_uri(id, shown[0].number) if shown else f"quoth://{id}",
            metadata={
                "name": self.bounds.name(source.path),
                "format": document.format,
                "pages": source.pages,
                "shown_pages": [page.number for page in shown],
                "page_labels": [page.label for page in shown],
                "language": document.language,
            },
            next=follows,
            gives_orders=gives_orders(text),
        )

    def _listed(self, library: Library, source: Source) -> ListedDocument:
        return ListedDocument(
            id=document_id(library.collection, source.hash),
            title=self.bounds.title_of(library, source.path, source.title),
            name=self.bounds.name(source.path),
            format=source.format,
            pages=source.pages,
            language=source.language,
            unread=dict(source.unread),
            tags=dict(source.tags),
        )


def _cut_pages(document: Document, address: Address, pages: str) -> list[tuple[Page, int]]:
    """Return the pages that are asked for, and where reading begins in each.

    A page is followed by those after it, unless a range says where to end.
    """
    first, last = read_pages(pages) if pages else (address.page or 1, None)
    return [
        (page, address.start if page.number == address.page else 0)
        for page in document.pages
        if page.number >= first and (last is None or page.number <= last) and page.text.strip()
    ]


def _page(page: Page, text: str) -> str:
    label = f" (printed {page.label})" if page.label and page.label != str(page.number) else ""
    return f"[Page {page.number}{label}]\n{text}"
