"""Markup, kept as it is written, with its headings.

Markdown, reStructuredText, Org, AsciiDoc and TeX.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.drawn_tables import name_columns_of_asciidoc, name_columns_of_rst
from quoth.load.front_matter import read_front_matter
from quoth.load.inline_html import as_shown
from quoth.load.opaque import without_encoded
from quoth.load.pipe_tables import name_columns
from quoth.load.text import read_text
from quoth.types import Document, Heading, Page

_MAX_LENGTH = 1000  # characters; a longer line is no heading
_FRONT_MATTER = re.compile(r"---\n(?s:.*?)\n---[ \t]*(\n|\Z)")
_RULE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}[ \t]*$")
_ORG = re.compile(r"(\*+)[ \t]+(.+?)(?:[ \t]+:[\w:@#%]+:)?[ \t]*$")
_ASCIIDOC = re.compile(r"(={1,6})[ \t]+(\S.*?)[ \t]*$")
_ASCIIDOC_BLOCK = re.compile(r"(?:-{4,}|\.{4,}|/{4,}|\+{4,})")
_TEX_LEVELS = {
    "title": 1,
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
}
_TEX = re.compile(rf"\\({'|'.join(_TEX_LEVELS)})\*?(?:\[[^\]\n]*\])?\{{([^{{}}\n]+)\}}")
_TEX_COMMENT = re.compile(r"%(?:(?<=\s%).*|(?<=\A%).*|(?<!\\%)$)", re.M)
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


def asciidoc_headings(text: str) -> tuple[Heading, ...]:
    """Return the headings of AsciiDoc (`== A`) outside of blocks."""
    headings: list[Heading] = []
    block = ""
    for start, line in _lines(text):
        if _ASCIIDOC_BLOCK.fullmatch(line.rstrip()):
            block = "" if line.rstrip() == block else block or line.rstrip()
        elif not block and (title := _ASCIIDOC.match(line)) and len(line) <= _MAX_LENGTH:
            headings.append(Heading(start + title.start(2), len(title[1]), one_line(title[2])))
    return tuple(headings)


def tex_headings(text: str) -> tuple[Heading, ...]:
    """Return the titles of parts, chapters and sections of TeX."""
    return tuple(
        Heading(match.start(2), _TEX_LEVELS[match[1]], one_line(match[2]))
        for match in _TEX.finditer(text)
    )


def markdown_page(text: str, unread: Counter[str]) -> Page:
    """Return Markdown as a page with its headings; `unread` counts what it hides and embeds.

    Rows of long tables name their columns, and tables in HTML are rows. Comments, struck-out text
    and pictures inside addresses are left out. Everything else is as it is written.
    """
    begin = _end_of_front_matter(text)
    shown = without_encoded(text[begin:], unread)
    shown = text[:begin] + name_columns(as_shown(shown, unread))
    return Page(1, shown, None, markdown_headings(shown))


def load_markdown(path: Path, options: LoadOptions) -> Document:
    """Return a Markdown file as one page; its front matter is text and metadata."""
    unread: Counter[str] = Counter()
    text = clean(read_text(path))
    metadata = read_front_matter(text[: _end_of_front_matter(text)])
    page = markdown_page(text, unread)
    title = metadata.get("title") or _first_heading(page.headings) or path.stem
    return Document(str(path), title, "markdown", (page,), metadata=metadata, unread=unread)


def load_rst(path: Path, options: LoadOptions) -> Document:
    """Return a reStructuredText file with its headings; rows of long tables name their columns."""
    return _verbatim(path, "rst", name_columns_of_rst(clean(read_text(path))), rst_headings)


def load_org(path: Path, options: LoadOptions) -> Document:
    """Return an Org file with its headings; rows of long tables name their columns."""
    return _verbatim(path, "org", name_columns(clean(read_text(path))), org_headings)


def load_asciidoc(path: Path, options: LoadOptions) -> Document:
    """Return an AsciiDoc file with its headings; rows of long tables name their columns."""
    text = name_columns_of_asciidoc(clean(read_text(path)))
    return _verbatim(path, "asciidoc", text, asciidoc_headings)


def load_tex(path: Path, options: LoadOptions) -> Document:
    """Return a TeX file without its comments, with its headings."""
    text = _TEX_COMMENT.sub("", clean(read_text(path)))
    return _verbatim(path, "tex", text, tex_headings)


def _verbatim(
    path: Path, kind: str, text: str, find_headings: Callable[[str], tuple[Heading, ...]]
) -> Document:
    unread: Counter[str] = Counter()
    text = without_encoded(text, unread)
    headings = find_headings(text)
    title = _first_heading(headings) or path.stem
    return Document(str(path), title, kind, (Page(1, text, None, headings),), unread=unread)


def _first_heading(headings: tuple[Heading, ...]) -> str:
    return next((each.title for each in headings if each.level == 1), "")
