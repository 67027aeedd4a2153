"""HTML: the visible text with its block structure, headings and tables."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.html_controls import drawn_text, list_marker, shown_text
from quoth.load.html_tables import children, has_role_of_table, is_data_table, lines_of_table
from quoth.load.html_visible import is_left_out
from quoth.load.html_writer import Writer
from quoth.load.mathml import formula
from quoth.load.raised import lower_text, raise_text
from quoth.load.text import decode
from quoth.types import Document, Heading, Page

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form header hr html legend li main menu nav noscript ol option p pre "
    "section select summary table tbody td textarea tfoot th thead title tr ul".split()
)
_PARAGRAPHS = frozenset("blockquote dl figure ol p pre section table ul".split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_APART = frozenset(("button", "label", "output"))
_BREAKING = _BLOCKS | _HEADINGS.keys() | _APART
_LEAVES = frozenset("area br iframe img input math rt select sub sup svg table".split())
_VERBATIM = ("pre", "textarea")
_SHADOW = re.compile(
    r"<template(?=[^<>]{0,200}\bshadowrootmode\b)", re.I
)  # is shown, unlike others
_XHTML = "http://www.w3.org/1999/xhtml"
_END_OF_EMPTY = re.compile("/>")
_NAME = re.compile(r"<([A-Za-z][\w:.-]*)")
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)  # need no end
_ROLE_OF_ROW = re.compile(r"role\s*=\s*[\"']?row\b")
_HEAD = 4096
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)|encoding\s*=\s*[\"']([\w.:-]+)", re.I)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """The title, the visible text and the headings of a page; `unread` counts what was left out."""

    title: str
    text: str
    headings: tuple[Heading, ...]
    unread: Counter[str]


def html_page(source: str) -> HtmlPage:
    """Return what a reader sees of HTML.

    Each block has its own lines. A row of a table is a line, and names its columns if the table is
    long. What is hidden or struck out is left out.
    """
    if source.startswith("<?xml") or _XHTML in source[:_HEAD]:
        source = _with_ends(source)
    tree = LexborHTMLParser(_SHADOW.sub("<div", clean(source)))
    title_node = tree.css_first("head > title")
    title = one_line(title_node.text()) if title_node is not None else ""
    root = tree.body or tree.root
    unread: Counter[str] = Counter()
    if root is None:
        return HtmlPage(title, "", (), unread)
    has_roles = _ROLE_OF_ROW.search(source) is not None
    reader = _Reader(Writer(), _count_characters(root), unread, has_roles)
    reader.read(root)
    return HtmlPage(title, reader.writer.text, tuple(reader.writer.headings), unread)


def _with_ends(source: str) -> str:
    """Return XHTML with an end tag for each empty element, which HTML would leave open."""
    parts: list[str] = []
    end, searched = 0, 0
    for close in _END_OF_EMPTY.finditer(source):
        start = source.rfind("<", searched, close.start())
        searched = close.end()
        name = _NAME.match(source, start) if start >= 0 else None
        if name and name[1].lower() not in _VOID and ">" not in source[start : close.start()]:
            parts += [source[end : close.start()], f"></{name[1]}>"]
            end = close.end()
    return "".join([*parts, source[end:]])


def visible_words(source: str) -> set[str]:
    """Return about the words that a reader sees, in a fraction of the time of `html_page`."""
    tree = LexborHTMLParser(source)
    tree.strip_tags(["script", "style", "template", "head"])
    return set(tree.body.text(separator=" ").split()) if tree.body else set()


def _count_characters(root: LexborNode) -> int:
    scripts = root.css("script, style, noscript, template")
    return len(root.text(strip=True)) - sum(len(node.text(strip=True)) for node in scripts)


@dataclass(slots=True)
class _Reader:
    """Writes the text below a node, without recursion: pages nest thousands deep."""

    writer: Writer
    page_characters: int
    unread: Counter[str]
    has_roles: bool = False
    is_inline: bool = False
    verbatim: int = 0
    heading_starts: list[int] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)

    def read(self, root: LexborNode) -> None:
        """Write the text of a node and of all below it."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, is_leaving = stack.pop()
            tag = node.tag or ""
            if tag == "-text":
                self._write_text(node.text_content or "")
            elif is_leaving:
                self._leave(node, tag)
            elif not is_left_out(node, tag, self.page_characters, self.unread) and not self._leaf(
                node, tag
            ):
                if tag in _BREAKING:
                    self._enter(node, tag)
                    stack.append((node, True))
                child = node.last_child
                while child is not None:
                    stack.append((child, False))
                    child = child.prev

    def _write_text(self, text: str) -> None:
        if self.verbatim and not self.is_inline:
            self.writer.preformatted(text)
        else:
            self.writer.inline(text)

    def _leaf(self, node: LexborNode, tag: str) -> bool:
        """Write an element that is read as a whole; return whether it is one."""
        if tag not in _LEAVES and not self.has_roles:
            return False
        writer = self.writer
        if tag == "br":
            writer.space() if self.is_inline else writer.end_line()
        elif tag == "sup":
            is_note = node.css_first("a[href]") is not None
            writer.inline(raise_text(one_line(node.text()), writer.last, is_note=is_note))
        elif tag == "sub":
            writer.inline(lower_text(one_line(node.text()), writer.last))
        elif (
            (tag == "table" or (self.has_roles and has_role_of_table(node)))
            and not self.is_inline
            and is_data_table(node)
        ):
            self._write_table(node)
        elif tag == "rt":
            writer.inline(f"({one_line(node.text())})")
        elif tag == "svg":
            writer.inline(f" {drawn_text(node)} ")
        elif tag == "math":
            writer.inline(formula(node))
        elif tag == "iframe":
            self._write_frame((node.attributes or {}).get("srcdoc") or "")
        elif tag in ("area", "img", "input", "select"):
            text = shown_text(node, tag)
            if tag == "img" and not text:
                self.unread["picture"] += 1
            writer.inline(f" {text} " if text else "")
        else:
            return False
        return True

    def _write_table(self, table: LexborNode) -> None:
        self.writer.end_line(2)
        for caption in (child for child in children(table) if child.tag == "caption"):
            if text := self._cell_text(caption):
                self.writer.line(text)
        for line in lines_of_table(table, self._cell_text):
            self.writer.line(line)
        self.writer.end_line(2)

    def _write_frame(self, source: str) -> None:
        """Write a page that another one holds in its own source."""
        inner = html_page(source)
        self.unread.update(inner.unread)
        if inner.text and self.is_inline:
            self.writer.inline(f" {inner.text} ")
        elif inner.text:
            self.writer.end_line(2)
            self.writer.line(inner.text)
            self.writer.end_line(2)

    def _cell_text(self, cell: LexborNode) -> str:
        if cell.first_child is None:
            return ""
        reader = _Reader(Writer(), self.page_characters, self.unread, is_inline=True)
        reader.read(cell)
        return reader.writer.text

    def _enter(self, node: LexborNode, tag: str) -> None:
        self._break(node, tag)
        if tag == "li" and not self.is_inline:
            self.writer.write(list_marker(node, self.numbers))
        if tag in _HEADINGS:
            self.heading_starts.append(len(self.writer.parts))
        self.verbatim += tag in _VERBATIM

    def _leave(self, node: LexborNode, tag: str) -> None:
        self.verbatim -= tag in _VERBATIM
        if tag in _HEADINGS:
            start = self.heading_starts.pop()
            if not self.is_inline:
                self.writer.add_heading(start, _HEADINGS[tag])
        self._break(node, tag)

    def _break(self, node: LexborNode, tag: str) -> None:
        """End the line before and after a block; a list inside a list stays together."""
        if self.is_inline or tag in _APART:
            self.writer.space()
        elif tag in _PARAGRAPHS or tag in _HEADINGS:
            nested = node.parent is not None and node.parent.tag == "li"
            self.writer.end_line(1 if nested else 2)
        elif tag in _BLOCKS:
            self.writer.end_line()


def decode_html(content: bytes, name: str, *, declared: str = "") -> str:
    """Decode HTML or XML: by byte order mark, as UTF-8, as declared, or by a guess.

    `declared` is an encoding that was declared outside of the content.
    """
    inside = _CHARSET.search(content[:_HEAD])
    encoding = (inside[1] or inside[2]).decode("ascii") if inside and not declared else declared
    return decode(content, declared=encoding, name=name)


def load_html(path: Path, options: LoadOptions) -> Document:
    """Return the visible text of an HTML file as one page."""
    page = html_page(decode_html(path.read_bytes(), path.name))
    title = page.title or next((each.title for each in page.headings), path.stem)
    text = Page(1, page.text, None, page.headings)
    return Document(str(path), title, "html", (text,), unread=page.unread)
