"""The part of files that a scope names, before they are in a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from quoth.collection import Scope, name_language
from quoth.errors import DocumentError, NoTextError, UsageError
from quoth.ingest.tags import read_tags_beside
from quoth.system import modified_ns
from quoth.types import Document

Read = Callable[[Path], Document]


def keep_within(files: Iterable[Path], read: Read, scope: Scope | None) -> list[Path]:
    """Return the files whose documents are within a scope; its pages do not matter here.

    A file is read only when its format, its date, its language or its tags are asked for. One that
    cannot be read is kept, so that its failure is reported with the others. Raises `UsageError`
    when no file is left.
    """
    if scope is None:
        return list(files)
    kept = [file for file in files if scope.holds(str(file)) and _holds(file, read, scope)]
    if not kept:
        raise UsageError(
            "None of the documents is within the scope.",
            hint="It is what --document, --format, --since, --until, --document-language and "
            "--tag say.",
        )
    return kept


def reader_within(read: Read, scope: Scope | None) -> Read:
    """Return a reader of the pages of a document that are within a scope.

    It raises `NoTextError` for a document without such a page.
    """
    if scope is None or scope.pages is None:
        return read
    return _PageReader(read, *scope.pages)


@dataclass(frozen=True, slots=True)
class _PageReader:
    """Reads some pages of a document; a value, so that another machine can read with it."""

    read: Read
    first: int
    last: int

    def __call__(self, path: Path) -> Document:
        document = self.read(path)
        first, last = self.first, self.last
        pages = tuple(page for page in document.pages if first <= page.number <= last)
        if not pages:
            raise NoTextError(f"It has no page between {first} and {last}.")
        left_out = document.left_out + len(document.pages) - len(pages)
        unreadable = tuple(number for number in document.unreadable if first <= number <= last)
        return replace(document, pages=pages, left_out=left_out, unreadable=unreadable)


def _holds(file: Path, read: Read, scope: Scope) -> bool:
    if scope == Scope(documents=scope.documents, pages=scope.pages):
        return True
    try:
        document = name_language(read(file))
        mtime_ns = modified_ns(file.stat())
    except (DocumentError, OSError):
        return True
    if scope.formats and document.format not in scope.formats:
        return False
    if scope.languages and document.language not in scope.languages:
        return False
    tags = {**document.metadata, **(read_tags_beside(file) if scope.tags else {})}
    return scope.holds_day(document.metadata.get("date", ""), mtime_ns) and scope.holds_tags(tags)
