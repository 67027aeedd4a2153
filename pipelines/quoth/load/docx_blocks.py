"""The blocks of a DOCX in order: paragraphs, tables, boxes, and parts in other formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.clean import clean, one_line
from quoth.load.docx_numbers import Numbering
from quoth.load.docx_styles import is_on, properties_of
from quoth.load.docx_text import PAGE_END, RENDERED_END, Beside, ParagraphReader
from quoth.load.printed_pages import Pages, Section
from quoth.load.table_header import find_header
from quoth.load.tables import Cell, place_cells, table_lines
from quoth.types import Document

_WRAPPERS = ("sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice")
_SAME_PAGE = ("continuous", "nextColumn")


@dataclass(frozen=True, slots=True)
class BlockWriter:
    """Writes the blocks of a body to its pages.

    `notes` are the texts of notes and comments, by kind and id; those that are written are taken
    out. `read_chunk` reads a part in another format by the id of its relation; `None` if it cannot
    be read. `starts` says of each section but the first how it begins (`continuous`).
    """

    reader: ParagraphReader
    numbers: Numbering
    notes: dict[tuple[str, str], str]
    read_chunk: Callable[[str], Document | None]
    pages: Pages
    starts: Iterator[str]

    def write(self, parent: Element) -> None:
        """Write all blocks of a body, a cell or a box."""
        for element in blocks(parent):
            name = local_name(element)
            if name == "tbl":
                self._write_table(element)
            elif name == "p":
                self._write_paragraph(element)
            elif name == "altChunk":
                self._write_chunk(attribute(element, "id"))
            else:
                self._end_section(element, last=True)

    def _write_paragraph(self, paragraph: Element) -> None:
        properties = {local_name(each): each for each in properties_of(paragraph, "pPr")}
        if "pageBreakBefore" in properties and is_on(properties["pageBreakBefore"]):
            self.pages.end_page()
        beside = Beside()
        segments = _split(self.reader.read(paragraph, beside))
        text = self._label(properties, segments[0][1].strip())
        level = _level(properties, self.reader.styles.levels)
        for index, (end, segment) in enumerate(segments):
            if end:
                self.pages.end_page(rendered=end == RENDERED_END)
            self.pages.add(clean(segment).strip() if index else clean(text), level)
            level = 0 if segment.strip() else level
            self._add_notes([note for note in beside.notes if note[0] == index])
        self._write_beside(beside)
        if "sectPr" in properties:
            self._end_section(properties["sectPr"])

    def _label(self, properties: Mapping[str, Element], text: str) -> str:
        """Return the text behind its number or its dash, if it is an item of a list."""
        if not text:
            return ""
        style = attribute(properties["pStyle"], "val") if "pStyle" in properties else ""
        own = properties.get("numPr")
        if number := self.numbers.next(style, own):
            return f"{number} {text}"
        listed = own is not None and self.numbers.is_list(own)
        return f"- {text}" if listed and "heading" not in style.lower() else text

    def _write_beside(self, beside: Beside) -> None:
        for line in beside.lines:
            self.pages.add(clean(line))
        for box in beside.boxes:
            self.write(box)

    def _add_notes(self, notes: Sequence[tuple[int, str, str]]) -> None:
        for _, kind, identity in notes:
            if text := self.notes.pop((kind, identity), ""):
                self.pages.add_note(kind, text)

    def _end_section(self, properties: Element, *, last: bool = False) -> None:
        values = {local_name(each): each for each in properties}
        numbering = values.get("pgNumType")
        start = attribute(numbering, "start") if numbering is not None else ""
        form = attribute(numbering, "fmt") if numbering is not None else ""
        self.pages.end_section(Section(int(start) if start.isdigit() else None, form))
        if not last and next(self.starts, "") not in _SAME_PAGE:
            self.pages.end_page()

    def _write_chunk(self, identity: str) -> None:
        document = self.read_chunk(identity)
        for page in document.pages if document else ():
            self.pages.add_part(page.text, page.headings)

    def _write_table(self, table: Element) -> None:
        rows = [row for row in _children(table, "tr") if not _is_deleted(row)]
        self.reader.unread["deleted passage"] += sum(map(_is_deleted, _children(table, "tr")))
        cells = [cell for row in rows for cell in _children(row, "tc")]
        if len(cells) == 1:  # a frame around text, not a table
            self.write(cells[0])
            return
        pieces, beside = self._read_rows(rows)
        if pieces:
            self._write_rows(pieces, _count_header_rows(rows))
        self._write_beside(beside)

    def _read_rows(self, rows: Sequence[Element]) -> tuple[list[_RowPiece], Beside]:
        """Return the rows, those over several pages in pieces, and what belongs to their cells."""
        pieces: list[_RowPiece] = []
        all_beside = Beside()
        for row in rows:
            beside, cells = Beside(), list(_children(row, "tc"))
            before = [Cell("", _columns_before(row))] if _columns_before(row) else []
            deleted = self.reader.unread["deleted passage"]
            texts = [_split(self._cell_text(cell, beside)) for cell in cells]
            if self.reader.unread["deleted passage"] > deleted and _is_empty(texts):
                continue  # Word moves a row with its mark left behind
            ends, parts = _align(texts)
            for index, (end, part) in enumerate(zip(ends, parts, strict=True)):
                placed = [
                    Cell(text, _columns(cell)) for text, cell in zip(part, cells, strict=True)
                ]
                notes = [note for note in beside.notes if note[0] == index]
                merges = ("",) * len(before) + tuple(map(_merge, cells))
                pieces.append(_RowPiece(end, before + placed, notes, merges))
            all_beside.boxes += beside.boxes
            all_beside.lines += beside.lines
        return pieces, all_beside

    def _write_rows(self, pieces: Sequence[_RowPiece], header_rows: int | None) -> None:
        """Write rows to their pages; on each, the names of the columns come first."""
        placed = list(place_cells(_joined_down(pieces)))
        header = find_header([[c and one_line(c) for c in row] for row in placed], header_rows)
        top = list(placed[: header.end]) if header else []
        begin = 0
        for index, piece in enumerate(pieces):
            if piece.end:
                self._write_lines(placed[begin:index], top if begin else [], len(top))
                self.pages.end_page(rendered=piece.end == RENDERED_END)
                begin = index
            self._add_notes(piece.notes)
        self._write_lines(placed[begin:], top if begin else [], len(top))

    def _write_lines(
        self, rows: Sequence[list[str | None]], top: Sequence[list[str | None]], header_rows: int
    ) -> None:
        if rows:
            lines = table_lines([*top, *rows], header_rows=header_rows)
            self.pages.add("\n".join(lines))

    def _cell_text(self, cell: Element, beside: Beside) -> str:
        """Return the text of a cell with its boxes; the rows of a table in it are in one line."""
        texts: list[str] = []
        for block in blocks(cell):
            if local_name(block) == "tbl":
                inner = (
                    " | ".join(self._cell_text(each, beside) for each in _children(row, "tc"))
                    for row in _children(block, "tr")
                    if not _is_deleted(row)
                )
                texts += filter(None, inner)
            elif local_name(block) == "p":
                here = Beside()
                texts.append(self.reader.read(block, here))
                texts += here.lines
                texts += [self._cell_text(box, beside) for box in here.boxes]
                beside.notes += here.notes
        return " ".join(filter(None, texts))


@dataclass(frozen=True, slots=True)
class _RowPiece:
    """The part of a row on one page; `end` marks that a page ended before it."""

    end: str
    cells: list[Cell]
    notes: list[tuple[int, str, str]]
    merges: tuple[str, ...]


def blocks(parent: Element) -> Iterator[Element]:
    """Yield the paragraphs, tables and foreign parts of a body, a cell or a box."""
    for element in parent:
        name = local_name(element)
        if name in ("p", "tbl", "altChunk", "sectPr"):
            yield element
        elif name in _WRAPPERS:
            yield from blocks(element)


def section_starts(body: Element) -> Iterator[str]:
    """Yield how each section begins (`continuous`, '' for a new page), in order."""
    for block in blocks(body):
        own = properties_of(block, "pPr") if local_name(block) == "p" else [block]
        for section in (each for each in own if local_name(each) == "sectPr"):
            kinds = (attribute(each, "val") for each in section if local_name(each) == "type")
            yield next(kinds, "")


def _split(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text on different pages, each with the mark before it."""
    if PAGE_END not in text and RENDERED_END not in text:
        return [("", text)]
    ends = ["", *(each for each in text if each in (PAGE_END, RENDERED_END))]
    return list(zip(ends, text.replace(RENDERED_END, PAGE_END).split(PAGE_END), strict=True))


def _align(cells: Sequence[list[tuple[str, str]]]) -> tuple[list[str], list[list[str]]]:
    """Return the pieces of a row, whose cells go over pages together.

    Word writes the end of a page before a row into its first cell only.
    """
    leads = [_count_lead(cell) for cell in cells]
    most = max(leads, default=0)
    bare = [cell[lead:] for cell, lead in zip(cells, leads, strict=True)]
    first = next((cell for cell, lead in zip(cells, leads, strict=True) if lead == most), [])
    longest = max(bare, key=len, default=[])
    ends = [first[most][0] if most else ""] + [end for end, _ in longest[1:]]
    rows = zip_longest(*bare, fillvalue=("", ""))
    return ends[: max(1, len(longest))], [[text for _, text in row] for row in rows]


def _count_lead(cell: Sequence[tuple[str, str]]) -> int:
    """Return how many pages end before the first word of a cell."""
    if not any(text.strip() for _, text in cell):
        return 0
    return next(index for index, (_, text) in enumerate(cell) if text.strip())


def _joined_down(pieces: Sequence[_RowPiece]) -> Iterator[list[Cell]]:
    """Yield the cells of rows; a cell merged with the one above it says the same again."""
    above: dict[int, str] = {}
    for piece in pieces:
        column, said = 0, []
        for cell, merge in zip(piece.cells, piece.merges, strict=True):
            text = above.get(column, cell.text) if merge == "continue" else cell.text
            if merge:
                above[column] = text
            else:
                above.pop(column, None)
            said.append(Cell(text, cell.columns))
            column += cell.columns
        yield said


def _cell_property(cell: Element, wanted: str) -> Element | None:
    return next((e for e in properties_of(cell, "tcPr") if local_name(e) == wanted), None)


def _columns(cell: Element) -> int:
    span = _cell_property(cell, "gridSpan")
    value = attribute(span, "val") if span is not None else ""
    return int(value) if value.isdigit() else 1


def _is_empty(cells: Sequence[list[tuple[str, str]]]) -> bool:
    return not any(text.strip() for cell in cells for _, text in cell)


def _columns_before(row: Element) -> int:
    """Return how many columns a row leaves out at its beginning."""
    values = {local_name(e): attribute(e, "val") for e in properties_of(row, "trPr")}
    skipped = values.get("gridBefore", "")
    return int(skipped) if skipped.isdigit() else 0


def _merge(cell: Element) -> str:
    """Return `restart` or `continue` for a cell that is merged with the ones below or above."""
    merge = _cell_property(cell, "vMerge")
    return "" if merge is None else attribute(merge, "val") or "continue"


def _row_has(row: Element, wanted: str) -> bool:
    return any(local_name(e) == wanted and is_on(e) for e in properties_of(row, "trPr"))


def _is_deleted(row: Element) -> bool:
    return _row_has(row, "del")


def _count_header_rows(rows: Sequence[Element]) -> int | None:
    """Return how many rows Word repeats on each page; `None` if it repeats none."""
    count = 0
    while count < len(rows) and _row_has(rows[count], "tblHeader"):
        count += 1
    return count or None


def _children(parent: Element, wanted: str) -> Iterator[Element]:
    """Yield the rows of a table or cells of a row, through content controls."""
    for element in parent:
        if local_name(element) == wanted:
            yield element
        elif local_name(element) in _WRAPPERS:
            yield from _children(element, wanted)


def _level(properties: Mapping[str, Element], levels: Mapping[str, int]) -> int:
    outline = properties.get("outlineLvl")
    if "pStyle" in properties and attribute(properties["pStyle"], "val") in levels:
        return levels[attribute(properties["pStyle"], "val")]
    value = attribute(outline, "val") if outline is not None else ""
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0
