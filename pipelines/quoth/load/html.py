"""HTML: the visible text with its block structure, headings and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.text import decode
from quoth.types import Document, Heading, Page

_HIDDEN = {
    "-comment",
    "!doctype",
    "audio",
    "canvas",
    "embed",
    "head",
    "iframe",
    "noscript",
    "object",
    "script",
    "style",
    "svg",
    "template",
    "video",
}
_BLOCKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "title",
}
_PARAGRAPHS = {"blockquote", "dl", "figure", "ol", "p", "pre", "section", "table", "ul"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = {"td", "th"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)|encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.I)
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class _Writer:
    """Collects text, with the line ends that are due before the next word."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    due: int = 0
    blank: bool = False
    headings: list[Heading] = field(default_factory=list)

    def write(self, text: str) -> None:
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
        text = _SPACES.sub(" ", text)
        if text == " ":
            self.blank = self.blank or not self.due
        elif text:
            lead, bare, trail = text[0] == " ", text.strip(" "), text[-1] == " "
            self.blank = (self.blank or lead) and not self.due
            self.write(bare)
            self.blank = trail

    def end_line(self, lines: int = 1) -> None:
        self.due = max(self.due, lines)

    def end_cell(self) -> None:
        """Separate this cell of a row from the next."""
        self.blank = True
        self.write("|")
        self.blank = True

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def html_page(source: str) -> tuple[str, str, tuple[Heading, ...]]:
    """Return title, visible text and headings of HTML.

    Each block has its own lines; a table row is one line, with ` | ` between its cells.
    """
    tree = LexborHTMLParser(clean(source))
    title_node = tree.css_first("head > title")
    title = one_line(title_node.text()) if title_node is not None else ""
    writer = _Writer()
    root = tree.body or tree.root
    if root is not None:
        _walk(root, writer)
    text = "".join(writer.parts).rstrip()
    return title, text, tuple(writer.headings)


def _walk(root: LexborNode, writer: _Writer) -> None:
    """Write the text below a node, without recursion: pages nest thousands deep."""
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    heading_starts: list[int] = []
    cells = preformatted = 0
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            _write_text(writer, node.text_content or "", cells > 0, preformatted > 0)
            continue
        if tag in _HIDDEN or (not leaving and _is_hidden(node)):
            continue
        if leaving:
            cells -= tag in _CELLS
            preformatted -= tag in ("pre", "textarea")
            if tag in _HEADINGS:
                _add_heading(writer, heading_starts.pop(), _HEADINGS[tag])
            _leave(writer, node, tag, cells)
            continue
        if tag == "br":
            writer.inline(" ") if cells else writer.end_line()
            continue
        if not cells or tag == "br":
            _enter(writer, node, tag)
        elif tag in _BLOCKS or tag in _CELLS or tag in _HEADINGS:
            writer.inline(" ")
        if tag in _HEADINGS:
            heading_starts.append(len(writer.parts))
        cells += tag in _CELLS
        preformatted += tag in ("pre", "textarea")
        stack.append((node, True))
        children = []
        child = node.first_child
        while child is not None:
            children.append((child, False))
            child = child.next
        stack.extend(reversed(children))


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _NO_DISPLAY.search(style))


def _write_text(writer: _Writer, text: str, in_cell: bool, preformatted: bool) -> None:
    if not preformatted or in_cell:
        writer.inline(text)
    elif text.strip():
        writer.write(text.strip("\n"))
        if text.endswith("\n"):
            writer.end_line()


def _enter(writer: _Writer, node: LexborNode, tag: str) -> None:
    _break(writer, node, tag)
    if tag == "li":
        writer.write("- ")


def _break(writer: _Writer, node: LexborNode, tag: str) -> None:
    """End the line before and after a block; a list inside a list stays together."""
    if tag in _PARAGRAPHS or tag in _HEADINGS:
        nested = node.parent is not None and node.parent.tag == "li"
        writer.end_line(1 if nested else 2)
    elif tag in _BLOCKS:
        writer.end_line()


def _leave(writer: _Writer, node: LexborNode, tag: str, cells: int) -> None:
    if cells:
        if tag in _BLOCKS or tag in _CELLS or tag in _HEADINGS:
            writer.inline(" ")
    elif tag in _CELLS:
        if _has_next_cell(node):
            writer.end_cell()
    else:
        _break(writer, node, tag)


def _has_next_cell(node: LexborNode) -> bool:
    following = node.next
    while following is not None:
        if following.tag in _CELLS:
            return True
        following = following.next
    return False


def _add_heading(writer: _Writer, first_part: int, level: int) -> None:
    written = "".join(writer.parts[first_part:])
    title = one_line(written)
    if title:
        start = writer.length - len(written) + len(written) - len(written.lstrip())
        writer.headings.append(Heading(start, level, title))


def decode_html(content: bytes, name: str, *, declared: str = "") -> str:
    """Decode HTML or XML: by byte order mark, as UTF-8, as declared, or by a guess.

    `declared` is an encoding that was declared outside of the content.
    """
    inside = _CHARSET.search(content[:4096])
    encoding = (inside[1] or inside[2]).decode("ascii") if inside and not declared else declared
    return decode(content, declared=encoding, name=name)


def load_html(path: Path, options: LoadOptions) -> Document:
    """Return the visible text of an HTML file as one page."""
    title, text, headings = html_page(decode_html(path.read_bytes(), path.name))
    title = title or next((each.title for each in headings), path.stem)
    return Document(str(path), title, "html", (Page(1, text, None, headings),))
