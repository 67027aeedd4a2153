"""The scope of a search that the settings select."""

from __future__ import annotations

from datetime import date

from quoth.collection import Scope
from quoth.config import Retrieval
from quoth.errors import UsageError


def scope_of(settings: Retrieval) -> Scope | None:
    """Return the scope that the settings select; `None` for the whole collection."""
    scope = Scope(
        paths=settings.paths,
        formats=settings.formats,
        pages=pages_of(settings.pages) if settings.pages else None,
        since=_day_of(settings.since, "retrieval.since"),
        until=_day_of(settings.until, "retrieval.until"),
        languages=settings.languages,
    )
    return None if scope == Scope() else scope


def pages_of(text: str) -> tuple[int, int]:
    """Return the first and the last page of `7`, `3-10`, `3-` or `-10`. Raises `UsageError`."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if (first or last) and all(part.isdecimal() for part in (first, last) if part):
        pages = (int(first or 1), int(last or (2**31 if dash else first)))
        if 1 <= pages[0] <= pages[1]:
            return pages
    raise UsageError(f"{text!r} is not a range of pages.", hint="Write 7, 3-10, 3- or -10.")


def _day_of(text: str, setting: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{setting} is not a date: {text!r}.", hint="Write 2024-01-31.") from error
