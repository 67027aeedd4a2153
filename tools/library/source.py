"""The texts of the sample library, in a small dialect of Markdown.

A source is a block of `key: value` lines, a line `---` and a text: headings, paragraphs, numbered
lists, `**bold**`, and these directives:

    :::title ... :::end      the lines of the title block
    :::heading TEXT          a heading in the front matter, left out of the contents
    :::contents              the table of contents
    :::newpage               a page break
    :::pages STYLE N [PREF]  a page break; the page labels go on from N (roman or arabic)
    :::table W W ...         column widths in cm; then a caption, a header row and rows, :::end
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

CLAUSE = re.compile(r"(\d+\.\d+) (.+)", re.DOTALL)
LIST_ITEM = re.compile(r"(\d+)\. (.+)")


@dataclass(frozen=True)
class Block:
    """One element of a source: a heading, a paragraph, a list item, a table or a directive."""

    kind: str
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Source:
    """A source text: its metadata and its blocks."""

    meta: dict[str, str]
    blocks: list[Block]


def read_source(path: Path) -> Source:
    """Read and parse one source text."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    meta: dict[str, str] = {}
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        meta[key] = value
    return Source(meta, parse_blocks(body.splitlines()))


def parse_blocks(lines: list[str]) -> list[Block]:
    """Split the lines of a source into blocks."""
    blocks: list[Block] = []
    waiting = iter(lines)
    for line in waiting:
        if not line.strip():
            continue
        if line.startswith(":::"):
            name, _, rest = line[3:].partition(" ")
            rows: list[tuple[str, ...]] = []
            if name in ("title", "table"):
                for inner in waiting:
                    if inner == ":::end":
                        break
                    rows.append(tuple(cell.strip() for cell in inner.strip("| ").split(" | ")))
            blocks.append(Block(name, rest, rows=tuple(rows)))
        elif line.startswith("#"):
            marks, _, text = line.partition(" ")
            blocks.append(Block("h", text, level=len(marks)))
        elif LIST_ITEM.fullmatch(line):
            blocks.append(Block("item", line))
        else:
            blocks.append(Block("p", line))
    return blocks


def curly(text: str) -> str:
    """Replace straight apostrophes by typographic ones, as a printed document has them."""
    return text.replace("'", "\u2019")


def inline(text: str) -> str:
    """Turn the inline marks of a source into the tags that HTML and reportlab share."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(curly(text), quote=False))
