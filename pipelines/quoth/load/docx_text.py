"""The text of DOCX paragraphs as a reader sees it, with a mark where a page ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.clean import one_line
from quoth.load.docx_styles import PLAIN, Look, Styles, look_of, properties_of
from quoth.load.omml import equation
from quoth.load.raised import lower_text, raise_text
from quoth.load.symbol_fonts import decode_symbols

PAGE_END = "\f"
"""The mark in the text of a paragraph where a page ends, by a break that its author set."""
RENDERED_END = "\v"
"""The mark where Word, when it last laid the document out, ended a page."""

_UNREAD = {"del": "deleted passage", "moveFrom": "deleted passage"}
_SKIPPED = {"instrText", "delText", "delInstrText", "rPr", "pPr", "fldData", "sdtPr", "sdtEndPr"}
_CHARACTERS = {
    "tab": "\t",
    "ptab": "\t",
    "cr": "\n",
    "noBreakHyphen": "-",
    "lastRenderedPageBreak": RENDERED_END,
}
_BOX = "txbxContent"
_AUTOMATIC = "\n"  # Word adds a line to a description that it made itself


@dataclass(slots=True)
class Beside:
    """What belongs to a paragraph and is not in its lines: boxes, charts, and pictures in words.

    `notes` are the ids of the notes and comments, by their kind, with the number of pages that
    ended before in the paragraph.
    """

    boxes: list[Element] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    notes: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class ParagraphReader:
    """Reads paragraphs, and counts in `unread` what they hold and the text does not.

    `marks` are the numbers of notes in the text, by kind and id. `read_part` returns the text of a
    chart or a diagram by the id of its relation.
    """

    styles: Styles
    marks: Mapping[tuple[str, str], str]
    read_part: Callable[[str], str]
    unread: Counter[str] = field(default_factory=Counter)

    def read(self, paragraph: Element, beside: Beside) -> str:
        """Return the text of a paragraph; boxes and the like go to `beside`."""
        style = next(
            (
                attribute(each, "val")
                for each in properties_of(paragraph, "pPr")
                if local_name(each) == "pStyle"
            ),
            "",
        )
        return _Reading(self, beside, self.styles.looks.get(style, PLAIN)).read(paragraph)


@dataclass(slots=True)
class _Reading:
    reader: ParagraphReader
    beside: Beside
    look: Look
    parts: list[str] = field(default_factory=list)
    ends: int = 0
    left_out: str = ""
    fields: list[bool] = field(default_factory=list)  # whether each is in its instruction

    def read(self, paragraph: Element) -> str:
        self._collect(paragraph)
        return "".join(self.parts)

    def _collect(self, element: Element) -> None:
        for child in element:
            self._read(child, local_name(child))

    def _read(self, child: Element, name: str) -> None:
        if name == "r":
            self._read_run(child)
        elif name in _UNREAD:
            self._leave_out(_UNREAD[name])
        elif name == "AlternateContent":
            self._collect(_choice(child))
        elif name == "sdt":
            self._read_control(child)
        elif name == "oMath":
            self._write(equation(child))
        elif name in ("ruby", "object", "drawing", "pict"):
            getattr(self, f"_read_{name}")(child)
        elif name not in _SKIPPED:
            self._collect(child)

    def _read_run(self, run: Element) -> None:
        look = self.look
        for child in run:
            name = local_name(child)
            if name == "rPr":
                look = self._look_of(child)
            elif name in ("t", "sym", "footnoteReference", "endnoteReference"):
                self._write_looking(self._text(child, name, look), look)
            elif name == "br":
                self._end(PAGE_END) if attribute(child, "type") == "page" else self._write("\n")
            elif name == "lastRenderedPageBreak":
                self._end(RENDERED_END)
            elif name in _CHARACTERS:
                self._write(_CHARACTERS[name])
            elif name == "commentReference":
                self.beside.notes.append((self.ends, "comment", attribute(child, "id")))
            elif name == "fldChar":
                self._read_field_mark(child, attribute(child, "fldCharType"))
            else:
                self._read(child, name)

    def _read_field_mark(self, mark: Element, kind: str) -> None:
        """Follow fields inside one another; a field in the instruction of another is not shown."""
        self._write(_form_field(mark))
        if kind == "begin":
            self.fields.append(True)
        elif self.fields and kind == "separate":
            self.fields[-1] = False
        elif self.fields and kind == "end":
            self.fields.pop()

    def _look_of(self, properties: Element) -> Look:
        """Return the look of a run over that of its style and of the paragraph."""
        styles = self.reader.styles.looks
        named = (e for e in properties if local_name(e) == "rStyle")
        style = next((styles.get(attribute(e, "val"), PLAIN) for e in named), PLAIN)
        below = self.look if style is PLAIN else style.over(self.look)
        own = look_of(properties)
        return below if own is PLAIN else own.over(below)

    def _text(self, child: Element, name: str, look: Look) -> str:
        if name == "t":
            return decode_symbols(child.text or "", look.font or "")
        if name == "sym":
            code = attribute(child, "char")
            character = chr(int(code, 16)) if _is_hexadecimal(code) else ""
            return decode_symbols(character, attribute(child, "font"))
        kind, identity = name.removesuffix("Reference"), attribute(child, "id")
        if kind == "footnote":  # endnotes come at the end of the document
            self.beside.notes.append((self.ends, kind, identity))
        return self.reader.marks.get((kind, identity), "")

    def _write_looking(self, text: str, look: Look) -> None:
        """Write the text of a run unless its look keeps it from a reader."""
        if not text:
            return
        if look.hidden or look.struck:
            self._leave_out("hidden passage" if look.hidden else "struck-out passage")
            return
        text = text.upper() if look.capitals else text
        before = self.parts[-1][-1:] if self.parts else ""
        if look.script == "superscript":
            text = raise_text(text, before)
        elif look.script == "subscript":
            text = lower_text(text, before)
        self._write(text)

    def _write(self, text: str) -> None:
        if text and not any(self.fields[:-1]):
            self.parts.append(text)
            self.left_out = ""

    def _end(self, mark: str) -> None:
        self.parts.append(mark)
        self.ends += 1

    def _leave_out(self, kind: str) -> None:
        """Count a passage that is left out; the runs of one passage count once."""
        if kind != self.left_out:
            self.reader.unread[kind] += 1
        self.left_out = kind

    def _read_control(self, control: Element) -> None:
        """Read a content control, unless it only asks for its content."""
        if any(local_name(e) == "showingPlcHdr" for e in properties_of(control, "sdtPr")):
            return
        self._collect(control)

    def _read_ruby(self, ruby: Element) -> None:
        """Write the pronunciation of characters behind them."""
        for wanted, form in (("rubyBase", "{}"), ("rt", "({})")):
            for part in ruby:
                if local_name(part) == wanted:
                    text = "".join(e.text or "" for e in part.iter() if local_name(e) == "t")
                    self._write(form.format(text))

    def _read_object(self, element: Element) -> None:
        self.reader.unread["embedded object"] += 1
        self.beside.boxes += _boxes(element)

    def _read_drawing(self, drawing: Element) -> None:
        for element in drawing.iter():
            name = local_name(element)
            if name == "docPr":
                self._describe(attribute(element, "descr"))
            elif name == "pic":
                self.reader.unread["picture"] += 1
            elif name in ("chart", "relIds"):
                part = self.reader.read_part(attribute(element, "id" if name == "chart" else "dm"))
                self.beside.lines += [part] if part else []
        self.beside.boxes += _boxes(drawing)

    def _read_pict(self, picture: Element) -> None:
        """Read a drawing in VML, the form before 2007."""
        for element in picture.iter():
            name = local_name(element)
            if name == "shape":
                self._describe(attribute(element, "alt"))
            elif name == "imagedata":
                self.reader.unread["picture"] += 1
            elif name == "textpath":
                self.beside.lines.append(one_line(attribute(element, "string")))
        self.beside.boxes += _boxes(picture)

    def _describe(self, description: str) -> None:
        description = one_line(description.partition(_AUTOMATIC)[0])
        if description:
            self.beside.lines.append(f"Picture: {description}")


def _choice(alternatives: Element) -> Element:
    """Return the first of the alternatives, of which all say the same."""
    found = {local_name(each): each for each in reversed(alternatives)}
    return found.get("Choice", found.get("Fallback", alternatives))


def _boxes(drawing: Element) -> Iterator[Element]:
    """Yield the text boxes of a drawing, but not those inside another one."""
    stack = list(reversed(drawing))
    while stack:
        element = stack.pop()
        if local_name(element) == _BOX:
            yield element
        elif local_name(element) == "AlternateContent":
            stack.append(_choice(element))
        else:
            stack.extend(reversed(element))


def _form_field(field_start: Element) -> str:
    """Return the choice of a list, or the box of a tick, in a form of the time before controls."""
    for data in field_start:
        for kind in data:
            if local_name(kind) == "ddList":
                return _chosen(kind)
            if local_name(kind) == "checkBox":
                return "☒" if _is_ticked(kind) else "☐"
    return ""


def _chosen(choices: Element) -> str:
    entries = [attribute(e, "val") for e in choices if local_name(e) == "listEntry"]
    values = {local_name(e): attribute(e, "val") for e in choices}
    index = values.get("result") or values.get("default") or "0"
    return entries[int(index)] if index.isdigit() and int(index) < len(entries) else ""


def _is_ticked(box: Element) -> bool:
    states = {local_name(e): attribute(e, "val") or "1" for e in box}
    return states.get("checked", states.get("default", "0")) in ("1", "true", "on")


def _is_hexadecimal(code: str) -> bool:
    return 0 < len(code) <= 5 and all(digit in "0123456789abcdefABCDEF" for digit in code)
