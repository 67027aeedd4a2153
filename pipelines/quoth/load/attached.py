"""Files inside a file: their pages come after those of the file that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quoth.errors import DocumentError
from quoth.load.contract import LoadOptions
from quoth.load.inner import load_inner
from quoth.types import Heading, Page


@dataclass(frozen=True, slots=True)
class Attached:
    """What an attached file brings: its pages, notes on it, and the counts of what was not read."""

    pages: tuple[Page, ...] = ()
    notes: tuple[str, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)


def read_attached(
    name: str, content: bytes, options: LoadOptions, *, pages_before: int
) -> Attached:
    """Return the pages of an attached file, numbered after `pages_before`, each under its name."""
    if not content:
        return Attached(notes=(f"The attachment {name} was not read: it is empty.",))
    try:
        document = load_inner(content, name, options)
    except DocumentError as error:
        return Attached(notes=(f"The attachment {name} was not read: {error}",))
    notes = [f"Attachment {name}: {note}" for note in document.notes]
    if document.unreadable:
        empty = f"{len(document.unreadable)} of {len(document.pages)} pages"
        notes.append(f"Attachment {name}: {empty} hold no text.")
    pages = (_put_under(name, page, pages_before) for page in document.pages)
    return Attached(tuple(pages), tuple(notes), document.unread)


def _put_under(name: str, page: Page, pages_before: int) -> Page:
    """Return a page of an attached file under a heading with the name of the file."""
    title = f"Attachment: {name}"
    shift = len(title) + 2
    headings = (
        Heading(0, 1, title),
        *(Heading(each.start + shift, each.level + 1, each.title) for each in page.headings),
    )
    number = pages_before + page.number
    return replace(page, number=number, text=f"{title}\n\n{page.text}", headings=headings)
