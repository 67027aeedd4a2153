"""Changes to the text of a page whose lines are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from quoth.load.pdf_page import Line, PageText


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters `start` to `end` of a page, and the text in their place."""

    start: int
    end: int
    text: str = ""


def edit_page(page: PageText, edits: Sequence[Edit]) -> PageText:
    """Return the page after the edits, which do not overlap; a line without text is dropped."""
    pieces: list[str] = []
    position = 0
    ordered = sorted(edits, key=lambda edit: edit.start)
    for edit in ordered:
        pieces += [page.text[position : edit.start], edit.text]
        position = edit.end
    text = "".join([*pieces, page.text[position:]])
    lines = [_moved(line, ordered, text) for line in page.lines]
    return replace(page, text=text, lines=[line for line in lines if line.text.strip()])


def _moved(line: Line, edits: Sequence[Edit], text: str) -> Line:
    """Return a line of the page as it stands in the `text` after the edits."""
    end = line.start + len(line.text)
    start, length = line.start, len(line.text)
    for edit in edits:
        if edit.start < line.start:
            start += len(edit.text) - (edit.end - edit.start)
        elif edit.start < end or edit.start == edit.end == end:
            length += len(edit.text) - (min(edit.end, end) - edit.start)
    if start == line.start and length == len(line.text) and text.startswith(line.text, start):
        return line
    return Line(start, text[start : start + max(length, 0)], line.size, line.bold)
