"""Spans of characters on the pages of sources."""

from __future__ import annotations

from typing import Protocol


class Span(Protocol):
    """The characters `start` to `end` of a page of a source: a chunk, a citation, a link."""

    @property
    def source(self) -> str:
        """The path of the source."""

    @property
    def page(self) -> int:
        """The number of the page, from 1."""

    @property
    def start(self) -> int:
        """The offset of the first character."""

    @property
    def end(self) -> int:
        """The offset after the last character."""


def encloses(outer: Span, inner: Span) -> bool:
    """Whether the outer span holds every character of the inner one, on the same page."""
    return (
        (outer.source, outer.page) == (inner.source, inner.page)
        and outer.start <= inner.start
        and inner.end <= outer.end
    )


def strip_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without surrounding white space; empty if it has nothing else."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
