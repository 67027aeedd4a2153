"""The text of a page as it grows: line ends, spaces and headings."""

from __future__ import annotations

from dataclasses import dataclass, field

from quoth.load.clean import clean, one_line
from quoth.types import Heading


@dataclass(slots=True)
class Writer:
    """Collects text, with the line ends that are due before the next word."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    due: int = 0
    blank: bool = False
    headings: list[Heading] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts).rstrip()

    @property
    def last(self) -> str:
        """The character before the next one, '' where a word or a line begins."""
        return "" if self.due or self.blank or not self.parts else self.parts[-1][-1:]

    def write(self, text: str) -> None:
        """Add text as it is, after the line ends or the space that are due."""
        if self.due and self.length:
            self._add("\n" * self.due)
            text = text.lstrip(" ")
        elif self.blank and self.length:
            self._add(" ")
        elif not self.length:
            text = text.lstrip(" ")
        self.due, self.blank = 0, False
        self._add(text)

    def inline(self, text: str) -> None:
        """Add text, with every run of white space as one space."""
        bare = " ".join(text.split())
        if not bare.isprintable():
            bare = " ".join(clean(bare).split())
        if bare:
            self.blank = (self.blank or text[0].isspace()) and not self.due
            self.write(bare)
            self.blank = text[-1].isspace()
        elif text:
            self.space()

    def space(self) -> None:
        """Let the next word stand apart from the last one."""
        self.blank = self.blank or not self.due

    def preformatted(self, text: str) -> None:
        """Add text with its own line ends and spaces."""
        text = clean(text)
        if text.strip():
            self.write(text.strip("\n"))
            if text.endswith("\n"):
                self.end_line()

    def end_line(self, lines: int = 1) -> None:
        """Let the next text begin on a new line, or after an empty one."""
        self.due = max(self.due, lines)

    def line(self, text: str) -> None:
        """Add text as a line of its own."""
        if self.length:
            self._add("\n" * max(1, self.due))
        self.due, self.blank = 1, False
        self._add(text)

    def add_heading(self, first_part: int, level: int) -> None:
        """Make a heading of what was written since `first_part`."""
        written = "".join(self.parts[first_part:])
        title = one_line(written)
        if title:
            start = self.length - len(written.lstrip())
            self.headings.append(Heading(start, level, title))

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
