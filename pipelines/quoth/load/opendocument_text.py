"""The text of OpenDocument files: paragraphs, lists, tables, frames and notes, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.clean import clean, one_line
from quoth.load.opendocument_numbers import Numbers
from quoth.load.opendocument_styles import OUTLINE, Look, Styles
from quoth.load.raised import lower_text, raise_text
from quoth.load.tables import Cell, place_cells, table_lines

PAGE_END = "\ufdd0"  # for internal use, as Unicode has it: no text holds it
_SKIPPED = {"sequence-decls", "forms", "variable-decls", "title", "desc", "thumbnail"}
_FRAMED = {"frame", "custom-shape", "g", "text-box"}
_MAX_REPEATS = 1000  # LibreOffice fills a sheet with repeated empty rows and cells
_NOTE_TITLES = {"footnote": "Footnotes", "endnote": "Endnotes", "comment": "Comments"}
_VALUES = {
    "date": "date-value",
    "time": "time-value",
    "boolean": "boolean-value",
    "string": "string-value",
}
_HEADER_PARTS = ("table-header-rows",)
_ROW_PARTS = ("table-rows", "table-row-group", *_HEADER_PARTS)


@dataclass(slots=True)
class TextReader:
    """Reads text, and counts in `unread` what the file holds and the text does not.

    `read_object` returns the text of a chart or a formula by the path of its part. `page_end` is
    written where a page was last broken.
    """

    styles: Styles
    read_object: Callable[[str], str]
    page_end: str = ""
    unread: Counter[str] = field(default_factory=Counter)
    numbers: Numbers = field(default_factory=Numbers)
    _notes: dict[str, list[str]] = field(default_factory=dict)
    _left_out: str = ""
    _before: str = ""

    def blocks(
        self, parent: Iterable[Element], *, level: int = 0, style: str = ""
    ) -> Iterator[tuple[str, int]]:
        """Yield blocks of text with their heading level, 0 for other blocks.

        `level` and `style` are those of the list around.
        """
        for element in parent:
            name = local_name(element)
            if name in _SKIPPED:
                continue
            if name == "tracked-changes":
                self.unread["deleted passage"] += sum(
                    local_name(each) == "deletion" for each in element.iter()
                )
            elif name == "h":
                yield self._heading(element)
                yield from self._framed(element)
            elif name == "p":
                yield clean(self.inline(element)).strip(), 0
                yield from self._framed(element)
            elif name == "list":
                own = attribute(element, "style-name") or style
                if not _continues(element):
                    self.numbers.begin(own, level + 1)
                yield from self.blocks(element, level=level + 1, style=own)
            elif name == "list-item":
                yield from self._item(element, level, style)
            elif name == "table":
                lines = table_lines(self.rows(element), header_rows=_header_rows(element))
                yield "\n".join(map(_page_end_first, lines)), 0
            elif name == "annotation":
                self._add_comment(element)
            elif name == "soft-page-break":
                yield self.page_end, 0
            elif name in _FRAMED:
                yield from self._frame(element)
            elif name == "section" and self.is_hidden_section(element):
                self.unread["hidden passage"] += 1
            else:
                yield from self.blocks(element, level=level, style=style)

    def _heading(self, element: Element) -> tuple[str, int]:
        text, outline = one_line(self.inline(element)), attribute(element, "outline-level")
        level = int(outline) if outline.isdigit() else 1
        restarts = attribute(element, "restart-numbering") == "true"
        start = attribute(element, "start-value") or "1" if restarts else ""
        is_counted = text and attribute(element, "is-list-header") != "true"
        number = (
            self.numbers.next(self.styles.levels, OUTLINE, level, start=start) if is_counted else ""
        )
        return f"{number} {text}".strip(), level

    def notes(self) -> Iterator[str]:
        """Yield the notes and comments that were read since the last call, each kind as a block."""
        for kind, title in _NOTE_TITLES.items():
            if texts := self.take_notes(kind):
                yield "\n".join([f"{title}:", *texts])

    def take_notes(self, kind: str) -> list[str]:
        """Return the notes of a kind (`footnote`) that were read since the last call."""
        return self._notes.pop(kind, [])

    def rows(self, table: Element) -> Iterator[list[str | None]]:
        """Yield the rows of a table or a sheet; what is hidden is counted."""
        hidden = frozenset(self._hidden_columns(table))
        for row in place_cells(self._cell_rows(table)):
            if hidden:
                row = [cell for column, cell in enumerate(row) if column not in hidden]
            yield row

    def _hidden_columns(self, table: Element) -> Iterator[int]:
        column = 0
        for element in table.iter():
            if local_name(element) == "table-column":
                repeats = _repeats(element, "number-columns-repeated")
                if attribute(element, "visibility") == "collapse":
                    self.unread["hidden column"] += repeats
                    yield from range(column, column + repeats)
                column += repeats

    def _cell_rows(self, table: Element) -> Iterator[list[Cell]]:
        page_end = ""
        for element in table:
            name = local_name(element)
            if name == "soft-page-break":
                page_end = self.page_end
            elif name == "table-row":
                repeats = _repeats(element, "number-rows-repeated")
                row = list(self._cells(element))
                if not any(cell.text for cell in row):
                    yield row[:1]
                    continue
                row[0], page_end = replace(row[0], text=page_end + row[0].text), ""
                if attribute(element, "visibility") == "collapse":
                    self.unread["hidden row"] += repeats
                else:
                    yield from [row] * repeats
            elif name in _ROW_PARTS:
                yield from self._cell_rows(element)

    def _cells(self, row: Element) -> Iterator[Cell]:
        for cell in row:
            if (
                local_name(cell) == "table-cell"
            ):  # the cells that it covers say nothing of their own
                text = " ".join(text for text, _ in self.blocks(cell) if text) or _value(cell)
                columns = _repeats(cell, "number-columns-spanned")
                rows = _repeats(cell, "number-rows-spanned")
                for _ in range(_repeats(cell, "number-columns-repeated")):
                    yield Cell(text, columns, rows)

    def _item(self, item: Element, level: int, style: str) -> Iterator[tuple[str, int]]:
        blocks = [block for block in self._item_blocks(item, level, style) if block[0]]
        if not blocks:
            return
        if blocks[0][1]:
            yield from blocks
        else:
            yield "\n".join(text for text, _ in blocks), 0

    def _item_blocks(self, item: Element, level: int, style: str) -> Iterator[tuple[str, int]]:
        """Yield the blocks of an item, the first behind its number; a heading may have its own."""
        is_wrapper = next((local_name(each) for each in item), "") == "list"
        mark = "" if is_wrapper else self._mark(item, level, style)
        for text, heading in self.blocks(item, level=level, style=style):
            if text and mark:
                is_marked = heading and (mark == "-" or (OUTLINE, heading) in self.styles.levels)
                yield (text if is_marked else f"{mark} {text}"), heading
                mark = ""
            else:
                yield text, heading

    def _mark(self, item: Element, level: int, style: str) -> str:
        start = attribute(item, "start-value")
        return self.numbers.next(self.styles.levels, style, level, start=start) or "-"

    def inline(self, element: Element) -> str:
        """Return the text of a paragraph as a reader sees it."""
        look = self.styles.looks.get(attribute(element, "style-name"), Look())
        self._before = ""
        return self._shown(element, look)

    def _shown(self, element: Element, look: Look) -> str:
        parts = [self._look(element.text or "", look)]
        for child in element:
            parts.append(self._child(child, local_name(child), look))
            parts.append(self._look(child.tail or "", look))
        return "".join(parts)

    def _child(self, child: Element, name: str, look: Look) -> str:
        if name == "s":
            return " " * min(int(attribute(child, "c") or 1), 100)
        if name == "tab":
            return "\t"
        if name == "line-break":
            return "\n"
        if name == "soft-page-break":
            return self.page_end
        if name == "note":
            return self._add_note(child)
        if name == "annotation":
            self._add_comment(child)
        elif name == "hidden-text":
            self.unread["hidden passage"] += 1
        elif name == "ruby":
            parts = {local_name(each): "".join(each.itertext()) for each in child}
            return f"{parts.get('ruby-base', '')}({parts.get('ruby-text', '')})"
        elif name == "span":
            own = self.styles.looks.get(attribute(child, "style-name"), Look())
            inner = Look(
                own.hidden or look.hidden, own.struck or look.struck, own.script or look.script
            )
            return self._shown(child, inner)
        elif name not in _SKIPPED and name not in _FRAMED:
            return self._shown(child, look)
        return ""

    def _look(self, text: str, look: Look) -> str:
        if not text:
            return ""
        if look.hidden or look.struck:
            kind = "hidden passage" if look.hidden else "struck-out passage"
            self.unread[kind] += kind != self._left_out
            self._left_out = kind
            return ""
        self._left_out = ""
        if look.script:
            text = (raise_text if look.script == "super" else lower_text)(text, self._before)
        self._before = text[-1:]
        return text

    def _add_note(self, note: Element) -> str:
        parts = {local_name(each): each for each in note}
        number = (
            one_line("".join(parts["note-citation"].itertext())) if "note-citation" in parts else ""
        )
        mark = f"[{number}]"
        text = (
            " ".join(text for text, _ in self.blocks(parts["note-body"]) if text)
            if "note-body" in parts
            else ""
        )
        kind = attribute(note, "note-class") or "footnote"
        self._notes.setdefault(kind, []).append(f"{mark} {text}")
        return mark

    def _add_comment(self, comment: Element) -> None:
        author = next((one_line(e.text or "") for e in comment if local_name(e) == "creator"), "")
        words = (self.inline(e) for e in comment.iter() if local_name(e) == "p")
        text = one_line(" ".join(words))
        if text:
            self._notes.setdefault("comment", []).append(f"{author}: {text}" if author else text)

    def is_hidden_section(self, section: Element) -> bool:
        """Whether a section, by itself or by its style, is not shown."""
        return (
            attribute(section, "display") == "none"
            or attribute(section, "style-name") in self.styles.hidden
        )

    def _framed(self, paragraph: Element) -> Iterator[tuple[str, int]]:
        """Yield what is in the frames that are anchored in a paragraph."""
        stack = list(reversed(paragraph))
        while stack:
            element = stack.pop()
            if local_name(element) in _FRAMED:
                yield from self._frame(element)
            elif local_name(element) not in ("note", "annotation"):
                stack.extend(reversed(element))

    def _frame(self, frame: Element) -> Iterator[tuple[str, int]]:
        """Yield the text of a frame: of a box, a table or a chart, or of a picture in words."""
        parts = {local_name(each): each for each in frame}
        if "object" in parts:
            text = self.read_object(attribute(parts["object"], "href"))
            self.unread["embedded object"] += not text
            yield text or _description(parts), 0
        elif "object-ole" in parts or "plugin" in parts:
            self.unread["embedded object" if "object-ole" in parts else "video"] += 1
            yield _description(parts), 0
        elif "image" in parts and "text-box" not in parts:
            self.unread["picture"] += 1
            yield _description(parts), 0
        else:
            blocks = list(self.blocks(frame))
            yield from blocks if any(text for text, _ in blocks) else [(_description(parts), 0)]


def _description(parts: Mapping[str, Element]) -> str:
    """Return what a frame is said to show, by its parts; '' if nothing is said."""
    said = (parts[name] for name in ("desc", "title") if name in parts)
    text = next(filter(None, (one_line("".join(each.itertext())) for each in said)), "")
    return f"Picture: {text}" if text else ""


def _continues(items: Element) -> bool:
    """Whether a list goes on counting where an earlier one ended."""
    is_continued = attribute(items, "continue-numbering") == "true"
    return is_continued or bool(attribute(items, "continue-list"))


def _page_end_first(line: str) -> str:
    """Return a row of a table behind the end of a page inside it."""
    return PAGE_END + line.replace(PAGE_END, "") if PAGE_END in line else line


def _repeats(element: Element, name: str) -> int:
    value = attribute(element, name)
    return min(int(value), _MAX_REPEATS) if value.isdigit() and int(value) else 1


def _value(cell: Element) -> str:
    """Return the value of a cell that a program wrote without the text that shows it."""
    if len(cell):
        return ""
    kind = attribute(cell, "value-type")
    name = _VALUES.get(kind, "value")
    return one_line(attribute(cell, name)) if kind else ""


def _header_rows(table: Element) -> int | None:
    """Return how many rows are repeated on each page; `None` if none are."""
    count = sum(
        local_name(row) == "table-row"
        for part in table
        if local_name(part) in _HEADER_PARTS
        for row in part
    )
    return count or None
