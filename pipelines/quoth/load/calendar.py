"""Calendars and contacts: iCalendar (RFC 5545) and vCard (RFC 6350)."""

from __future__ import annotations

import quopri
import re
from collections import Counter
from pathlib import Path

from quoth.load.clean import clean
from quoth.load.contract import LoadOptions
from quoth.load.opaque import without_encoded
from quoth.load.text import read_text
from quoth.types import Document, Page

_FOLDED = re.compile(r"\n[ \t]")
_SOFT_BREAK = re.compile(r"=\n")
_PROPERTY = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:\"]*(?:\"[^\"]*\")?)*):(.*)")
_MOMENT = re.compile(r"\b(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\b")
_ESCAPED = re.compile(r"\\([nN,;\\:])")
_UNREAD = frozenset("BEGIN VERSION PRODID CALSCALE METHOD UID DTSTAMP SEQUENCE REV TRANSP".split())


def load_calendar(path: Path, options: LoadOptions) -> Document:
    """Return the entries of a calendar or address book as blocks of `NAME: value` lines."""
    unread: Counter[str] = Counter()
    text = clean(read_text(path))
    if "QUOTED-PRINTABLE" in text:
        text = _SOFT_BREAK.sub("", text)
    entries: list[list[str]] = [[]]
    for line in _FOLDED.sub("", text).split("\n"):
        match = _PROPERTY.fullmatch(line.strip())
        if match is None:
            continue
        name, parameters, value = match[1].upper(), match[2].upper(), match[3]
        if name == "END":
            entries.append([])
        elif name not in _UNREAD and not name.startswith("X-"):
            if "QUOTED-PRINTABLE" in parameters:
                value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
            value = without_encoded(_readable(name, value), unread)
            entries[-1] += [f"{name}: {value}"] if value.strip() else []
    blocks = ["\n".join(entry) for entry in entries if entry]
    kind = path.suffix.lower().lstrip(".") or "ics"
    return Document(str(path), path.stem, kind, (Page(1, "\n\n".join(blocks)),), unread=unread)


def _readable(name: str, value: str) -> str:
    """Return a value with its dates as `2026-05-20 08:00` and its escapes as characters."""
    if name.startswith(("DT", "DUE", "BDAY", "EXDATE", "RDATE", "COMPLETED", "CREATED", "RRULE")):
        return _MOMENT.sub(_moment, value)
    if name in ("N", "ADR", "ORG"):
        value = " ".join(filter(None, value.split(";")))
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _moment(match: re.Match[str]) -> str:
    year, month, day, hour, minute, zone = match.groups()
    time = f" {hour}:{minute}{' UTC' if zone else ''}" if hour else ""
    return f"{year}-{month}-{day}{time}"
