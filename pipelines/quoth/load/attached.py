"""Files inside a file: their pages come after those of the file that holds them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from quoth.errors import DocumentError
from quoth.load.contract import LoadOptions
from quoth.load.inner import load_inner
from quoth.types import Heading, Page


@dataclass(slots=True)
class Gathered:
    """What was read of a file so far: pages, notes, and the counts of what was not read."""

    pages: list[Page] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    def attach(self, name: str, content: bytes, options: LoadOptions) -> None:
        """Add the pages of an attached file, each under its name; a note if it cannot be read."""
        if not content:
            self.notes.append(f"The attachment {name} was not read: it is empty.")
            return
        try:
            document = load_inner(content, name, options)
        except DocumentError as error:
            self.notes.append(f"The attachment {name} was not read: {error}")
            return
        self.notes += [f"Attachment {name}: {note}" for note in document.notes]
        if document.unreadable:
            empty = f"{len(document.unreadable)} of {len(document.pages)} pages"
            self.notes.append(f"Attachment {name}: {empty} hold no text.")
        before = len(self.pages)
        self.pages += [_put_under(name, page, before) for page in document.pages]
        self.unread.update(document.unread)


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
