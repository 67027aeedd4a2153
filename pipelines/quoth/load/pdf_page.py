"""One page of a PDF as PDFium reads it: lines with offset and font, and what stands beside them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.load.pdf_annotations import Beside, read_beside
from quoth.load.pdf_glyphs import Glyphs
from quoth.load.pdf_gutter import order_columns
from quoth.load.pdf_hidden import blank_hidden
from quoth.load.pdf_lines import LIGATURES, RawLine, join_line, join_torn, read_lines
from quoth.load.pdf_segments import (
    PrintedLine,
    Segment,
    average_width,
    cut_line,
    may_have_gaps,
    read_words,
)
from quoth.load.pdf_shapes import Picture, read_shapes
from quoth.load.pdf_tables import TableHeader, Tables, find_tables

_PARAGRAPH_GAP = 1.35


class Line(NamedTuple):
    """A line, its offset in the text of the page, and its font; size 0 if unknown."""

    start: int
    text: str
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class PageText:
    """The final text of a page, and its lines if they are known.

    `metadata` says how the text was recognized, and is empty where the file holds it. `table` is
    the header of a table at the end of the page, which the next page may continue. `pictures` are
    those beside the text.
    """

    text: str
    lines: list[Line] = field(default_factory=list)
    beside: Beside = field(default_factory=Beside)
    metadata: Mapping[str, str] = field(default_factory=dict)
    table: TableHeader | None = None
    pictures: frozenset[Picture] = frozenset()


def has_ligatures(text: str) -> bool:
    """Return whether a text holds one of the ligatures that PDFium takes apart."""
    return any(ligature in text for ligature in LIGATURES.values())


def read_page(
    page: pypdfium2.PdfPage,
    *,
    ligatures: bool = True,
    before: TableHeader | None = None,
    read_hidden_layers: Callable[[], frozenset[str]] = frozenset,
) -> PageText:
    """Return the text of a page, paragraphs set off by empty lines.

    The rows of tables are lines with the names of their columns; `before` is the header of a table
    that may go on here. Form fields and comments come at the end. With `ligatures`, letters drawn
    as one glyph become one character (`\ufb01`); PDFium does not report whether the file spells
    them so.
    """
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        raw = textpage.get_text_range() if count > 0 else ""
        glyphs = Glyphs(textpage.raw)
        raw_lines = read_lines(glyphs, raw, count, ligatures=ligatures)
        shapes = read_shapes(page)
        seen, unread = blank_hidden(
            page,
            textpage.raw,
            glyphs,
            raw,
            raw_lines,
            strokes=shapes.strokes,
            read_hidden_layers=read_hidden_layers,
        )
        if unread:
            raw_lines = read_lines(glyphs, seen, count, ligatures=ligatures)
        printed = join_torn(raw_lines)
        cut = _cut_lines(glyphs, printed)
        tables = find_tables(cut, shapes.strokes, before=before) if cut else Tables()
    finally:
        textpage.close()
    beside = read_beside(page)
    beside.unread += unread
    order = order_columns(cut) if cut else [(index, "") for index in range(len(printed))]
    lines = _insert_gaps(_measured(printed, order, tables))
    comments = [f"Comment: {comment}" for comment in beside.comments]
    blocks = ("\n".join(line.text for line in lines), "\n".join(beside.fields), "\n".join(comments))
    text = "\n\n".join(filter(None, blocks))
    placed: list[Line] = []
    start = 0
    for line in lines:
        if line.text:
            placed.append(Line(start, line.text, line.size, line.bold))
        start += len(line.text) + 1
    is_blank = not text.strip()
    pictures = frozenset() if is_blank else shapes.pictures
    return PageText("" if is_blank else text, placed, beside, table=tables.last, pictures=pictures)


def _cut_lines(glyphs: Glyphs, printed: list[list[RawLine]]) -> list[PrintedLine]:
    """Return the printed lines with their segments, an empty list where places are unknown."""
    lines = [line for group in printed for line in group]
    if not lines or lines[0].height is None:
        return []
    width = average_width(glyphs, [(line.part, line.start) for line in lines])
    return [_cut(glyphs, group, width) for group in printed]


def _cut(glyphs: Glyphs, group: list[RawLine], width: float) -> PrintedLine:
    """Return a printed line with its segments; only a line that may have gaps is measured."""

    @cache
    def cut() -> tuple[Segment, ...]:
        words = [word for line in group for word in read_words(glyphs, line.part, line.start)]
        return tuple(cut_line(words, width))

    first = group[0]
    height, size, bold = first.height or 0.0, first.size, first.bold
    if len(group) == 1 and not may_have_gaps(first.text, first.right - first.left, width):
        whole = Segment(first.text, first.left, first.right)
        return PrintedLine((whole,), height, cut, size, bold)
    return PrintedLine(cut(), height, cut, size, bold)


def _measured(
    printed: list[list[RawLine]], order: list[tuple[int, str]], tables: Tables
) -> list[tuple[Line, float | None]]:
    """Return the lines of the text in the order of reading, each with its height."""
    measured: list[tuple[Line, float | None]] = []
    for index, part in order:
        if index in tables.merged:
            continue
        first = printed[index][0]
        text = part or tables.rows.get(index) or join_line(printed[index])
        measured.append((Line(0, text, first.size, first.bold), first.height))
    return measured


def _insert_gaps(measured: list[tuple[Line, float | None]]) -> list[Line]:
    """Insert an empty line where the distance between two lines is clearly above the usual."""
    heights = [height for _, height in measured]
    steps = [
        above - below
        for above, below in pairwise(heights)
        if above is not None and below is not None and above - below > 1
    ]
    usual = statistics.median(steps) if len(steps) >= 3 else 0.0
    lines: list[Line] = []
    for number, (line, height) in enumerate(measured):
        above = heights[number - 1] if number else None
        if usual and above is not None and height is not None:
            step = above - height
            if step > _PARAGRAPH_GAP * usual or step < -2 * usual:
                lines.append(Line(0, "", 0.0, False))
        lines.append(line)
    return lines


def shows_only_images(page: pypdfium2.PdfPage) -> bool:
    """Return whether the page has images, and neither text nor forms that could hold text."""
    kinds = {item.type for item in page.get_objects(max_depth=2)}
    texts = {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_FORM}
    return pdfium.FPDF_PAGEOBJ_IMAGE in kinds and not kinds & texts
