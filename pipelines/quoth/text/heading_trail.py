"""The headings above a place, for one who walks through a page from its start to its end."""

from __future__ import annotations

from quoth.types import Heading, Page

Trail = tuple[Heading, ...]
"""The headings above a place, the highest first."""


class HeadingTrail:
    """The headings above each piece of a page; `above` are those before the page begins.

    Each heading is looked at once, so that a page may have any number of them.
    """

    def __init__(self, page: Page, above: Trail) -> None:
        self._text = page.text
        self._headings = sorted(page.headings, key=lambda heading: heading.start)
        self._passed = 0
        self._above = above

    def move(self, start: int, end: int) -> Trail:
        """Move on to a piece; return the headings above it, with those of its first line."""
        line = self._text.find("\n", start, end)
        limit = max(start, end if line < 0 else min(line + 1, end))
        while self._passed < len(self._headings) and self._headings[self._passed].start < limit:
            self._pass(self._headings[self._passed])
        return self._above

    def _pass(self, heading: Heading) -> None:
        if heading not in self._above:
            higher = (each for each in self._above if each.level < heading.level)
            self._above = (*higher, heading)
        self._passed += 1
