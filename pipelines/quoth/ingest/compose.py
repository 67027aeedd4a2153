"""Added texts of one source → a document with pages, the span of each text, and its chunks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quoth.collection import Record
from quoth.ingest.added import AddedText
from quoth.ingest.segments import split_segments
from quoth.load import first_page_of, page_label_of, page_of
from quoth.text import Splitter
from quoth.types import Chunk, Document, Page, Tags, TagValue

FORMAT = "added"
"""The format of a document that a program added."""
_BETWEEN = "\n\n"
_PLACE = {
    "source",
    "page",
    "page_label",
    "total_pages",
    "start_index",
    "title",
    "start",
    "end",
}
"""The metadata that say where a text stands; the rest are tags."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A document made of added texts, where each stands in it, and the tags that all have."""

    document: Document
    records: tuple[Record, ...]
    tags: Tags

    @property
    def hash(self) -> str:
        """The hash of all that is stored of the document."""
        document = self.document
        pages = [(page.number, page.label, page.text) for page in document.pages]
        whole = json.dumps([document.title, dict(document.metadata), pages], sort_keys=True)
        return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()

    def split(self, splitter: Splitter) -> list[Chunk]:
        """Return the chunks of the document, each within one of the added texts."""
        starts = ((record.page, record.start) for record in self.records)
        return split_segments(self.document, starts, splitter)


def compose(path: str, before: Sequence[Record], added: Sequence[AddedText]) -> Composed:
    """Return the document of a source: the texts that it has, with others in place or behind them.

    An added text takes the place of the one with its id. Texts that overlap, by the `start_index`
    in their metadata, share what they have in common.
    """
    texts = {each.id: AddedText(each.id, path, each.text, each.metadata) for each in before}
    texts |= {each.id: each for each in added}
    first = first_page_of(each.metadata for each in texts.values())
    by_page: dict[int, list[AddedText]] = {}
    for each in texts.values():
        by_page.setdefault(page_of(each.metadata, first=first), []).append(each)
    pages, records = [], []
    for number, each_page in sorted(by_page.items()):
        text, spans = _join(_in_order(each_page))
        label = next(filter(None, (page_label_of(each.metadata) for each, _, _ in spans)), None)
        pages.append(Page(number, text, label))
        records += [
            Record(each.id, path, number, start, end, each.text, each.metadata)
            for each, start, end in spans
        ]
    facts = _common(each.metadata for each in texts.values())
    title = next(
        (str(each.metadata["title"]) for each in texts.values() if each.metadata.get("title")), ""
    )
    document = Document(
        source=path,
        title=title,
        format=FORMAT,
        pages=tuple(pages),
        metadata={key: value for key, value in facts.items() if isinstance(value, str)},
    )
    tags = {key: value for key, value in facts.items() if not isinstance(value, str)}
    in_order = sorted(records, key=lambda record: (record.page, record.start, record.id))
    return Composed(document, tuple(in_order), tags)


def _in_order(texts: Sequence[AddedText]) -> list[AddedText]:
    """Return the texts of a page by their offsets, where all have one, else as they came."""
    starts = [each.metadata.get("start_index") for each in texts]
    if not all(isinstance(start, int) and start >= 0 for start in starts):
        return list(texts)
    return sorted(texts, key=lambda each: int(each.metadata["start_index"]))


def _join(texts: Sequence[AddedText]) -> tuple[str, list[tuple[AddedText, int, int]]]:
    """Return the text of a page, and the span of each added text in it."""
    page = ""
    spans: list[tuple[AddedText, int, int]] = []
    for each in texts:
        shared = _shared(spans[-1], each, page) if spans else 0
        if not shared and spans:
            page += _BETWEEN
        start = len(page) - shared
        page += each.text[shared:]
        spans.append((each, start, start + len(each.text)))
    return page, spans


def _shared(last: tuple[AddedText, int, int], following: AddedText, page: str) -> int:
    """Return how many characters at the end of a page begin the following text, by its offset."""
    before, start, _ = last
    offsets = [each.metadata.get("start_index") for each in (before, following)]
    if not all(isinstance(offset, int) and offset >= 0 for offset in offsets):
        return 0
    begin = start + int(following.metadata["start_index"]) - int(before.metadata["start_index"])
    shared = page[begin:]
    return len(shared) if begin >= start and following.text.startswith(shared) else 0


def _common(metadatas: Iterable[Mapping[str, Any]]) -> dict[str, TagValue]:
    """Return the metadata that all texts have alike and that can be tags."""
    first, *others = metadatas
    return {
        key: value
        for key, value in first.items()
        if key not in _PLACE
        and _is_tag(value)
        and all(key in other and other[key] == value for other in others)
    }


def _is_tag(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, str | int | float | bool) for each in value)
    return isinstance(value, str | int | float | bool)
