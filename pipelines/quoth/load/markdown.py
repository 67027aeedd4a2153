"""Markup that is read as it is written: Markdown, reStructuredText and Org, with headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.text import read_text
from quoth.types import Document, Heading, Page

_LONGEST = 1000  # characters; a longer line is no heading
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r" {0,3}([-*+>|]|\d+[.)])(\s|$)|\s*$| {4}|\t")
_RULE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}[ \t]*$")
_ORG = re.compile(r"(\*+)[ \t]+(.+?)(?:[ \t]+:[\w:@#%]+:)?[ \t]*$")
_ORG_BLOCK = re.compile(r"[ \t]*#\+(begin|end)_\w+", re.I)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give each line with the offset where it starts."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def markdown_headings(text: str) -> tuple[Heading, ...]:
    """Return ATX (`# A`) and setext (underlined) headings outside code and front matter."""
    headings: list[Heading] = []
    fence = ""
    previous: tuple[int, str] | None = None
    front_matter = text.startswith("---\n") and "\n---" in text[3:]
    for start, line in _lines(text):
        if front_matter:
            front_matter = start == 0 or line.rstrip() != "---"
            continue
        marker = _FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence) and not marker[2].strip():
                fence = ""
            continue
        if marker and not (marker[1][0] == "`" and "`" in marker[2]):
            fence, previous = marker[1], None
            continue
        if len(line) > _LONGEST:
            previous = None
            continue
        atx, setext = _ATX.match(line), _SETEXT.match(line)
        if atx:
            if atx[2]:
                headings.append(Heading(start, len(atx[1]), one_line(atx[2])))
            previous = None
        elif setext and previous is not None:
            level = 1 if setext[1][0] == "=" else 2
            headings.append(Heading(previous[0], level, one_line(previous[1])))
            previous = None
        else:
            previous = None if _NO_PARAGRAPH.match(line) else (start, line)
    return tuple(headings)


def rst_headings(text: str) -> tuple[Heading, ...]:
    """Return underlined headings; levels follow the order in which the signs first occur."""
    headings: list[Heading] = []
    levels: dict[str, int] = {}
    previous: tuple[int, str] = (0, "")
    for start, line in _lines(text):
        title = previous[1].rstrip()
        if (
            _RULE.match(line)
            and title
            and not title[0].isspace()
            and not _RULE.match(title)
            and len(line.rstrip()) >= len(title)
        ):
            level = levels.setdefault(line[0], len(levels) + 1)
            headings.append(Heading(previous[0], level, one_line(title)))
        previous = (start, line)
    return tuple(headings)


def org_headings(text: str) -> tuple[Heading, ...]:
    """Return the starred headings outside blocks."""
    headings: list[Heading] = []
    in_block = False
    for start, line in _lines(text):
        block = _ORG_BLOCK.match(line)
        if block:
            in_block = block[1].lower() == "begin"
        found = None if in_block or len(line) > _LONGEST else _ORG.match(line)
        if found:
            headings.append(Heading(start, len(found[1]), one_line(found[2])))
    return tuple(headings)


def _document(path: Path, name: str, text: str, headings: tuple[Heading, ...]) -> Document:
    title = next((each.title for each in headings if each.level == 1), path.stem)
    return Document(str(path), title, name, (Page(1, text, None, headings),))


def load_markdown(path: Path, options: LoadOptions) -> Document:
    """Return a Markdown file verbatim, with its headings."""
    text = clean(read_text(path))
    return _document(path, "markdown", text, markdown_headings(text))


def load_rst(path: Path, options: LoadOptions) -> Document:
    """Return a reStructuredText file verbatim, with its headings."""
    text = clean(read_text(path))
    return _document(path, "rst", text, rst_headings(text))


def load_org(path: Path, options: LoadOptions) -> Document:
    """Return an Org file verbatim, with its headings."""
    text = clean(read_text(path))
    return _document(path, "org", text, org_headings(text))
