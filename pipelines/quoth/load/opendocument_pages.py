"""The pages of a text document of OpenDocument: where its author or its program ended them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.opendocument_text import PAGE_END, TextReader
from quoth.load.printed_pages import Pages, Section
from quoth.types import Page

_MARK = re.compile(r"\[[^\[\]\n]{1,9}\]")


def read_pages(body: Element, reader: TextReader) -> tuple[Page, ...]:
    """Return the pages of a body, at least one, with their printed numbers."""
    styles = reader.styles
    pages, section = Pages(), Section()
    is_begun = is_due = False
    for element in _flow(body, reader):
        style = attribute(element, "style-name")
        starts = styles.page_starts.get(style)
        if is_begun and (is_due or style in styles.page_starts):
            if starts is not None:
                pages.end_section(section)
            pages.end_page()
        section, is_due = starts or section, style in styles.page_ends
        for text, level in reader.blocks([element]):
            _add(text, level, pages, reader)
            is_begun = True
    pages.end_section(section)
    for note in reader.take_notes("endnote"):
        pages.add_note("endnote", note)
    return pages.finish() or (Page(1, ""),)


def _flow(body: Iterable[Element], reader: TextReader) -> Iterator[Element]:
    """Yield paragraphs, tables and lists in order, also those inside sections and indexes."""
    for element in body:
        name = local_name(element)
        is_part = name == "section" and not reader.is_hidden_section(element)
        if is_part or name.endswith(("-index", "index-body", "table-of-content")):
            yield from _flow(element, reader)
        else:
            yield element


def _add(text: str, level: int, pages: Pages, reader: TextReader) -> None:
    """Add a block, which may go on over several pages; each note comes to its mark."""
    waiting = [(kind, note) for kind in ("footnote", "comment") for note in reader.take_notes(kind)]
    parts = text.split(PAGE_END)
    for number, part in enumerate(parts, 1):
        pages.add(part.strip(), level)
        is_last = number == len(parts)
        for kind, note in waiting:
            if is_last or _is_placed(note, part):
                pages.add_note(kind, note)
        waiting = [(kind, note) for kind, note in waiting if not _is_placed(note, part)]
        if not is_last:
            pages.end_page(rendered=True)


def _is_placed(note: str, part: str) -> bool:
    mark = _MARK.match(note)
    return mark is not None and mark[0] in part
