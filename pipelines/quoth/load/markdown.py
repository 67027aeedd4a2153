"""Markup, kept verbatim: Markdown, reStructuredText and Org, with headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.text import read_text
from quoth.types import Document, Heading, Page

_MAX_LENGTH = 1000  # characters; a longer line is no heading
_FRONT_MATTER = re.compile(r"---\n(?s:.*?)\n---[ \t]*(\n|\Z)")
_RULE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}[ \t]*$")
_ORG = re.compile(r"(\*+)[ \t]+(.+?)(?:[ \t]+:[\w:@#%]+:)?[ \t]*$")
_ORG_BLOCK = re.compile(r"[ \t]*#\+(begin|end)_\w+", re.I)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with the offset where it starts."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def markdown_headings(text: str) -> tuple[Heading, ...]:
    """Return ATX (`# A`) and setext (underlined) headings, as CommonMark defines them.

    Those of front matter, code, quotes and lists are ignored.
    """
    begin = _end_of_front_matter(text)
    starts = [start + begin for start, _ in _lines(text[begin:])]
    tokens = _markdown().parse(text[begin:])
    return tuple(
        Heading(starts[opening.map[0]], int(opening.tag[1:]), one_line(title.content))
        for opening, title in pairwise(tokens)
        if opening.type == "heading_open"
        and opening.level == 0
        and opening.map is not None
        and title.content
        and len(title.content) <= _MAX_LENGTH
    )


@cache
def _markdown() -> MarkdownIt:
    """Return a parser of blocks alone."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _end_of_front_matter(text: str) -> int:
    """Return the offset where the front matter between two lines `---` ends, 0 if there is none."""
    front_matter = _FRONT_MATTER.match(text)
    return front_matter.end() if front_matter else 0


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
        star = None if in_block or len(line) > _MAX_LENGTH else _ORG.match(line)
        if star:
            headings.append(Heading(start, len(star[1]), one_line(star[2])))
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
