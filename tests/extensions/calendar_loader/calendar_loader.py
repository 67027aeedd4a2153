"""A loader for calendars (.ics): a page for each event."""

from __future__ import annotations

from pathlib import Path

from quoth.errors import CorruptDocumentError
from quoth.load.contract import LoadOptions
from quoth.types import Document, Page


def load_calendar(path: Path, options: LoadOptions) -> Document:
    """Return the events of a calendar, in the order of the file."""
    lines = path.read_text("utf-8").replace("\n ", "").splitlines()
    if "BEGIN:VCALENDAR" not in lines:
        raise CorruptDocumentError(f"{path.name} is not a calendar.")
    events: list[list[str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append([])
        elif events and name in {"SUMMARY", "DESCRIPTION", "LOCATION"}:
            events[-1].append(value)
    pages = tuple(Page(n, "\n".join(event)) for n, event in enumerate(events, start=1))
    return Document(str(path), path.stem, "calendar", pages)
