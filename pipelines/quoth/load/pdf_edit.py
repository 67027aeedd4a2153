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
    lines = [_moved(line, ordered) for line in page.lines]
    lines = [replace(line, text=text[line.start : line.start + len(line.text)]) for line in lines]
    return replace(page, text=text, lines=[line for line in lines if line.text.strip()])


def _moved(line: Line, edits: Sequence[Edit]) -> Line:
    """Return a line where it stands after the edits, as long as it is then."""
    end = line.start + len(line.text)
    start, length = line.start, len(line.text)
    for edit in edits:
        if edit.start < line.start:
            start += len(edit.text) - (edit.end - edit.start)
        elif edit.start < end or edit.start == edit.end == end:
            length += len(edit.text) - (min(edit.end, end) - edit.start)
    return replace(line, start=start, text=" " * max(length, 0))
