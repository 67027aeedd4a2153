"""The values of a scope, as texts and as what they mean: pages, days, tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from unicodedata import normalize

from quoth.collection.where import Condition
from quoth.errors import UsageError
from quoth.types import Tags

LAST_PAGE = 2**31
_LARGEST = 2**63 - 1
"""The largest whole number in the metadata of Chroma."""


def read_pages(pages: str | int | tuple[int, int]) -> tuple[int, int]:
    """Return the first and the last page of `7`, `3-10`, `3-` or `-10`. Raises `UsageError`."""
    if isinstance(pages, tuple):
        found = pages
    else:
        first, dash, last = (part.strip() for part in str(pages).partition("-"))
        if not (first or last) or not all(part.isdecimal() for part in (first, last) if part):
            raise pages_error(pages)
        found = (int(first or 1), int(last or (LAST_PAGE if dash else first)))
    if not 1 <= found[0] <= found[1] <= LAST_PAGE:
        raise pages_error(pages)
    return found


def read_tag(text: str) -> tuple[str, str]:
    """Return the key and the value of `KEY=VALUE`. Raises `UsageError`."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not (key and equals and value):
        raise UsageError(f"A tag is KEY=VALUE, not {text!r}.", hint="As in: --tag project=bridge")
    return key, value


def day_of(stated: str, mtime_ns: int) -> date:
    """Return the date that a document states, else the day its file last changed."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(stated).date()
        except (ValueError, TypeError):
            continue
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date()


def pages_error(pages: object) -> UsageError:
    """Return the error for what is no range of pages."""
    return UsageError(f"{pages!r} is not a range of pages.", hint="Write 7, 3-10, 3- or -10.")


def read_day(text: str | date, name: str) -> date | None:
    """Return the day of a text; `name` is that of its field. Raises `UsageError`."""
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(
            f"`{name}` is not a date: {text!r}.", hint="Write a day as 2024-01-31."
        ) from error


def as_tuple(texts: str | Iterable[str]) -> tuple[str, ...]:
    """Return one text or several as a tuple."""
    return (texts,) if isinstance(texts, str) else tuple(texts)


def read_tags(tags: str | Iterable[str] | Tags) -> Iterator[tuple[str, str]]:
    """Yield the key and each value of tags. Raises `UsageError`."""
    if not isinstance(tags, Iterable):
        raise UsageError.of_argument("tags", expected="a mapping or a list of texts", came=tags)
    if not isinstance(tags, Mapping):
        yield from map(read_tag, as_tuple(tags))
        return
    for key, values in tags.items():
        for value in values if isinstance(values, list | tuple) else (values,):
            yield key, spell(value)


def read_range(condition: Condition) -> tuple[int, int]:
    """Return the first and the last page that a condition allows. Raises `UsageError`."""
    try:
        page, *others = (int(str(value)) for value in condition.values)
    except ValueError as error:
        raise pages_error(condition.values) from error
    if others:
        raise UsageError("A scope has one range of pages.", hint="Use $gte and $lte for it.")
    return {
        "$gt": (page + 1, LAST_PAGE),
        "$gte": (page, LAST_PAGE),
        "$lt": (1, page - 1),
        "$lte": (1, page),
    }.get(condition.operator, (page, page))


def spell(value: object) -> str:
    """Return the value of a tag as text."""
    return "true" if value is True else "false" if value is False else str(value)


def typed(text: str) -> Iterator[object]:
    """Yield what the text of a tag may be in metadata: itself, a number, a truth value."""
    yield text
    if text in ("true", "false"):
        yield text == "true"
    with suppress(ValueError):
        if abs(value := int(text)) <= _LARGEST:
            yield value
        return
    with suppress(ValueError):
        if isfinite(number := float(text)):
            yield number


def texts_of(value: object) -> Iterator[str]:
    """Yield the value of a tag, or each of a list, as it is compared."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from texts_of(each)
    else:
        yield fold(spell(value))
        if isinstance(value, str) and "," in value:  # a list in front matter
            yield from (fold(part) for part in value.split(","))


def fold(text: str) -> str:
    """Return a text as texts of tags are compared: without regard to case."""
    return normalize("NFC", text.strip()).casefold()
