"""The paragraphs and tables of an RTF file as they grow into pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quoth.load.clean import clean, one_line, tidy
from quoth.load.raised import lower_text, raise_text
from quoth.load.tables import table_lines
from quoth.types import Heading, Page

_HEADING = re.compile(r"\s*heading (\d)", re.I)


@dataclass(slots=True)
class RtfPages:
    """Collects the text of a file: its pages, its title, and what stands apart from the pages."""

    pages: list[Page] = field(default_factory=list)
    title: str = ""
    _text: str = ""
    _level: int = 0
    _levels: dict[int, int] = field(default_factory=dict)
    _apart: dict[str, str] = field(default_factory=dict)
    _in_table: bool = False
    _merge: str = ""
    _merges: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _rows: list[list[str | None]] = field(default_factory=list)
    _blocks: list[tuple[str, int]] = field(default_factory=list)
    _descriptions: list[str] = field(default_factory=list)

    def write(self, text: str, target: str, raised: str) -> None:
        """Add text to the paragraph, to the title, or to a part that stands apart."""
        before = (self._apart.get(target, "") if target else self._text)[-1:]
        if raised and text.strip():
            text = (raise_text if raised == "super" else lower_text)(text.strip(), before)
        if target == "title":
            self.title += text
        elif target:
            self._apart[target] = self._apart.get(target, "") + text
        else:
            self._text += text

    def describe(self, text: str) -> None:
        """Add what a picture shows, in words, after the paragraph that it is in."""
        if text:
            self._descriptions.append(f"Picture: {text}")

    def name_style(self, number: int, name: str) -> None:
        """Note that a style is that of a heading, if its name says so."""
        if match := _HEADING.match(name):
            self._levels[number] = int(match[1])

    def end_part(self, target: str) -> None:
        """End a note or the like."""
        if target in self._apart:
            self._apart[target] += "\n"

    def control(self, word: str, number: int | None, target: str) -> None:
        """Follow a control word of paragraphs, tables and pages, in the text or apart from it."""
        if target:
            if word in ("par", "cell", "row"):
                self.end_part(target)
        elif word == "pard":
            self._in_table, self._level = False, 0
        elif word == "intbl":
            self._in_table = True
        elif word in ("s", "outlinelevel"):
            level = self._levels.get(number or 0, 0) if word == "s" else (number or 0) + 1
            self._level = level if level < 10 else 0
        elif word in ("par", "sect"):
            self._end_paragraph()
        elif word == "page":
            self._end_paragraph()
            self._end_page()
        else:
            self._table_word(word)

    def end(self) -> None:
        """End the last page, and add to it what stands apart."""
        self._end_paragraph()
        self._end_table()
        for kind, text in self._apart.items():
            if lines := tidy(_whole(text)):
                self._blocks.append((f"{kind}:\n{lines}", 0))
        self._end_page()

    def _table_word(self, word: str) -> None:
        if word == "trowd":
            self._merges, self._merge = [], ""
        elif word in ("clmrg", "clvmrg"):
            self._merge = word
        elif word == "cellx":
            self._merges.append(self._merge)
            self._merge = ""
        elif word in ("cell", "nestcell"):
            self._cells.append(one_line(_whole(self._text)))
            self._text = ""
        elif word == "row":
            self._end_row()

    def _end_row(self) -> None:
        above = self._rows[-1] if self._rows else []
        row: list[str | None] = []
        for column, cell in enumerate(self._cells):
            merge = self._merges[column] if column < len(self._merges) else ""
            if merge == "clmrg":
                row.append(None)
            elif merge == "clvmrg" and column < len(above):
                row.append(above[column])
            else:
                row.append(cell)
        self._rows.append(row)
        self._cells = []

    def _end_paragraph(self) -> None:
        if self._in_table and self._text.strip():
            self._text += " "
            return
        text = clean(_whole(self._text)).strip()
        self._text = ""
        if text or self._descriptions:
            self._end_table()
            self._blocks += [(text, self._level)] if text else []
            self._blocks += [(each, 0) for each in self._descriptions]
            self._descriptions = []

    def _end_table(self) -> None:
        if self._cells:
            self._end_row()
        if self._rows:
            self._blocks.append(("\n".join(table_lines(self._rows)), 0))
            self._rows = []

    def _end_page(self) -> None:
        self._end_table()
        if not self._blocks:
            return
        headings, start = [], 0
        for text, level in self._blocks:
            if level:
                headings.append(Heading(start, level, one_line(text)))
            start += len(text) + 2
        page = "\n\n".join(text for text, _ in self._blocks)
        self.pages.append(Page(len(self.pages) + 1, page, None, tuple(headings)))
        self._blocks = []


def _whole(text: str) -> str:
    """Return text with the two halves of a character beyond 65,535 joined."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
