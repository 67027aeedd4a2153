"""The pages of a DOCX or ODT, as they were last broken, with their printed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from quoth.load.clean import one_line
from quoth.load.counts import format_count
from quoth.types import Heading, Page

_NOTES = {"footnote": "Footnotes", "endnote": "Endnotes", "comment": "Comments"}


@dataclass(frozen=True, slots=True)
class Section:
    """The numbering of the pages of a section: its first number, if it has one, and its form."""

    start: int | None = None
    form: str = ""


@dataclass(slots=True)
class Pages:
    """Blocks of text on their pages."""

    pages: list[Page] = field(default_factory=list)
    number: int = 1
    sections: list[tuple[int, Section]] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _headings: list[Heading] = field(default_factory=list)
    _notes: dict[str, list[str]] = field(default_factory=dict)
    _length: int = 0
    _is_new: bool = False

    def add(self, text: str, level: int = 0) -> None:
        """Add a block of text, which is a heading if it has a level."""
        if text.strip():
            if level:
                self._headings.append(Heading(self._length, level, one_line(text)))
            self._parts.append(text)
            self._length += len(text) + 2
            self._is_new = False

    def add_part(self, text: str, headings: Sequence[Heading]) -> None:
        """Add the text of another document, with its headings."""
        start = self._length
        self.add(text)
        self._headings += [replace(each, start=each.start + start) for each in headings]

    def add_note(self, kind: str, text: str) -> None:
        """Add a note, which comes at the end of the page."""
        self._notes.setdefault(kind, []).append(text)
        self._is_new = False

    def end_page(self, *, rendered: bool = False) -> None:
        """Begin a new page; a `rendered` end that repeats the author's own is none."""
        if rendered and self._is_new:
            self._is_new = False
            return
        self._finish()
        self.number += 1
        self._is_new = not rendered

    def end_section(self, section: Section) -> None:
        """Note the section that ends on this page."""
        self.sections.append((self.number, section))

    def finish(self) -> tuple[Page, ...]:
        """Return all pages with text."""
        self._finish()
        labels = _labels(self.sections, self.number)
        return tuple(replace(page, label=labels.get(page.number)) for page in self.pages)

    def end_notes(self) -> None:
        """Write the notes of the page below its text."""
        for kind, title in _NOTES.items():
            if notes := self._notes.pop(kind, None):
                self.add("\n".join([f"{title}:", *notes]))

    def _finish(self) -> None:
        self.end_notes()
        if self._parts:
            text = "\n\n".join(self._parts)
            self.pages.append(Page(self.number, text, None, tuple(self._headings)))
        self._parts, self._headings, self._length = [], [], 0


def _labels(sections: Sequence[tuple[int, Section]], last: int) -> dict[int, str]:
    """Return the printed numbers of pages, if any section prints other ones than 1, 2, 3."""
    if all(section == Section() for _, section in sections):
        return {}
    labels: dict[int, str] = {}
    page, printed = 1, 1
    for index, (end, section) in enumerate(sections):
        printed = section.start if section.start is not None else printed
        end = last if index == len(sections) - 1 else end
        while page <= end:
            labels[page] = format_count(printed, section.form)
            page, printed = page + 1, printed + 1
    return labels
