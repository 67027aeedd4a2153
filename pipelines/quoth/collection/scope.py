"""Part of a collection: the chunks of some documents, formats, pages, days, languages or tags."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Any, Protocol, Self
from unicodedata import normalize

from quoth.collection.scope_values import (
    LAST_PAGE,
    as_tuple,
    day_of,
    fold,
    read_day,
    read_pages,
    read_range,
    read_tags,
    spell,
    texts_of,
    typed,
)
from quoth.collection.where import Condition, read_conditions, write_where
from quoth.errors import UsageError
from quoth.load import guess_format
from quoth.system import modified_ns
from quoth.types import Tags

_TUPLES = ("documents", "formats", "languages", "tags")


class HasMetadata(Protocol):
    """A LangChain document, of which a scope reads the metadata."""

    metadata: dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a collection that is searched. A field without a value restricts nothing.

    `documents` are patterns such as `*/2024/*.pdf`; one without a slash matches the file name
    alone. `formats` are those of `quoth documents` (`pdf`, `mail`). `pages` are the first and the
    last page number. `since` and `until` are inclusive days: the day on which a mail was sent or
    any other file last changed. `languages` are those of the text (`de`), not of the question.
    `tags` are pairs of a key and a value: a document has one of the values for every key.

    `read` makes a scope from looser values. A scope is also the `filter` of a LangChain vector
    store that takes a function; `as_where` is its form for Chroma.

    >>> scope = Scope.read(documents="*.pdf", pages="3-10")
    >>> scope.as_where(["/home/ada/bridge.pdf"])
    {'$and': [{'source': {'$in': ['/home/ada/bridge.pdf']}}, {'page': {'$gte': 3}}, \
{'page': {'$lte': 10}}]}
    """

    documents: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        shown = ", ".join(f"{name}={value!r}" for name, value in given.items() if value)
        return f"Scope({shown})"

    def __post_init__(self) -> None:
        for name in _TUPLES:
            if isinstance(value := getattr(self, name), str):
                raise UsageError(
                    f"`{name}` of a scope is a tuple, not {value!r}.",
                    hint=f"Scope.read({name}={value!r}) makes one of a single text.",
                )

    def __bool__(self) -> bool:
        return self != type(self)()

    @classmethod
    def read(
        cls,
        *,
        documents: str | Iterable[str] = (),
        formats: str | Iterable[str] = (),
        pages: str | int | tuple[int, int] = "",
        since: str | date = "",
        until: str | date = "",
        languages: str | Iterable[str] = (),
        tags: str | Iterable[str] | Tags = (),
    ) -> Self:
        """Return the scope that these values name. Without any it restricts nothing, and is false.

        `pages` is as `7`, `3-10`, `3-` or `-10`, a day as `2024-01-31`, a tag as `KEY=VALUE`; tags
        may be a mapping, too. Raises `UsageError` for a value that is none of these.
        """
        return cls(
            documents=as_tuple(documents),
            formats=tuple(form.lower() for form in as_tuple(formats)),
            pages=None if pages == "" else read_pages(pages),
            since=read_day(since, "since"),
            until=read_day(until, "until"),
            languages=tuple(code.lower() for code in as_tuple(languages)),
            tags=tuple(read_tags(tags)),
        )

    @classmethod
    def from_where(cls, where: Mapping[str, Any]) -> Self:
        """Return the scope that a filter of Chroma or LangChain means, by the metadata of chunks.

        `source` is the path of a document, `page` a page or a range of pages, `language` and
        `format` are as in a scope, and any other key is a tag. Raises `UsageError` for a filter
        that no scope can express, such as one with `$or`.
        """
        texts: dict[str, tuple[str, ...]] = {}
        first, last = 1, LAST_PAGE
        for condition in read_conditions(where):
            key = condition.key
            if key == "page":
                least, most = read_range(condition)
                first, last = max(first, least), min(last, most)
            elif condition.operator not in ("$eq", "$in") or key in texts:
                raise UsageError(
                    f"A scope cannot express what a filter asks of {key!r}.",
                    hint="It has one of the values for a key ($in), and a range of pages.",
                )
            else:
                texts[key] = tuple(map(spell, condition.values))
        return cls(
            documents=tuple(map(glob.escape, texts.pop("source", ()))),
            formats=texts.pop("format", ()),
            pages=None if (first, last) == (1, LAST_PAGE) else (first, last),
            languages=texts.pop("language", ()),
            tags=tuple((key, value) for key, values in texts.items() for value in values),
        )

    def as_where(self, sources: Iterable[str] | None = None) -> dict[str, Any] | None:
        """Return the `where` of Chroma for chunks with Quoth's metadata, `None` for everything.

        `sources` are the paths of the documents within the scope: `store.paths_within(scope)`.
        Chroma compares values as they are spelled, and knows neither patterns nor formats nor days:
        without `sources`, a scope with one of these raises `UsageError`.
        """
        if sources is None and (self.formats or self.has_days or not self._names_paths):
            raise UsageError(
                "Chroma cannot compare patterns, formats and days.",
                hint="Name the documents: scope.as_where(library.store.paths_within(scope)).",
            )
        documents = self.documents if sources is None else tuple(sources) or ("",)
        first, last = self.pages or (1, LAST_PAGE)
        found = [
            *([Condition("source", "$in", documents)] if documents else []),
            *([Condition("page", "$gte", (first,))] if first > 1 else []),
            *([Condition("page", "$lte", (last,))] if last < LAST_PAGE else []),
            *([Condition("language", "$in", self.languages)] if self.languages else []),
        ]
        tags: dict[str, list[object]] = {}
        for key, value in self.tags if sources is None else ():
            tags.setdefault(key, []).extend(typed(value))
        found += [Condition(key, "$in", tuple(values)) for key, values in tags.items()]
        return write_where(found)

    def __call__(self, document: HasMetadata | Mapping[str, Any]) -> bool:
        """Whether a LangChain document, or its metadata, is within the scope.

        This makes a scope the `filter` of a vector store. Where the metadata have no `format` or
        `date`, those of the file at `source` count.
        """
        metadata = document if isinstance(document, Mapping) else document.metadata
        source = str(metadata.get("source", ""))
        first, last = self.pages or (1, LAST_PAGE)
        return (
            self.holds(source)
            and first <= int(metadata.get("page") or 1) <= last
            and (not self.formats or _format_of(source, metadata) in self.formats)
            and (not self.languages or metadata.get("language") in self.languages)
            and self.holds_day(str(metadata.get("date") or ""), self._changed(source))
            and self.holds_tags(metadata)
        )

    @property
    def has_days(self) -> bool:
        """Whether days are named."""
        return self.since is not None or self.until is not None

    @property
    def _names_paths(self) -> bool:
        """Whether all documents are named by whole paths, and not by patterns."""
        return all("/" in name and glob.escape(name) == name for name in self.documents)

    def _changed(self, source: str) -> int:
        """Return when a file last changed (nanoseconds), 0 where that is not known or not asked."""
        with suppress(OSError):
            return modified_ns(Path(source).stat()) if self.has_days else 0
        return 0

    def holds(self, path: str) -> bool:
        """Whether a path matches a pattern, however accents are encoded, or there is none."""
        if not self.documents:
            return True
        pure = PurePath(normalize("NFC", path))
        return any(
            fnmatchcase(pure.as_posix() if "/" in pattern else pure.name, pattern)
            for pattern in (normalize("NFC", pattern) for pattern in self.documents)
        )

    def holds_tags(self, tags: Tags) -> bool:
        """Whether a document with these tags has one of the values for every key."""
        wanted: dict[str, set[str]] = {}
        for key, value in self.tags:
            wanted.setdefault(fold(key), set()).add(fold(value))
        if not wanted:
            return True
        had = {fold(key): set(texts_of(value)) for key, value in tags.items()}
        return all(had.get(key, set()) & values for key, values in wanted.items())

    def holds_day(self, stated: str, mtime_ns: int) -> bool:
        """Whether a document that states a date, or else was last changed then, is of the days."""
        if not self.has_days:
            return True
        day = day_of(stated, mtime_ns)
        return (self.since or date.min) <= day <= (self.until or date.max)


def _format_of(source: str, metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("format") or guess_format(Path(source)))
