"""DOCX: what its pages show, in order, with headings, numbers, notes, headers and comments.

A page ends where Word last ended one, which the file stores, or where its author set a break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError, DocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.charts import chart_text, diagram_text
from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.counts import format_count
from quoth.load.docx_blocks import BlockWriter, section_starts
from quoth.load.docx_numbers import read_numbering
from quoth.load.docx_styles import Styles, read_styles
from quoth.load.docx_text import Beside, ParagraphReader
from quoth.load.inner import load_inner
from quoth.load.ooxml import document_title, read_optional, relations
from quoth.load.printed_pages import Pages
from quoth.types import Document

_BORDERS = {"header": "Header", "footer": "Footer"}
_NOTES = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


@dataclass(slots=True)
class _Parts:
    """The parts of one DOCX."""

    archive: Archive
    options: LoadOptions
    related: dict[str, tuple[str, str]]
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    def of_kind(self, wanted: str) -> Iterator[Element]:
        for kind, name in sorted(self.related.values()):
            if (
                kind == wanted
                and (part := read_optional(self.archive, name, self.notes)) is not None
            ):
                yield part

    def only(self, wanted: str) -> Element | None:
        return next(self.of_kind(wanted), None)

    def text(self, identity: str) -> str:
        """Return the text of a chart or a diagram."""
        kind, name = self.related.get(identity, ("", ""))
        part = read_optional(self.archive, name, self.notes)
        if part is None:
            return ""
        return diagram_text(part) if kind == "diagramData" else chart_text(part)

    def chunk(self, identity: str) -> Document | None:
        """Return a part in another format, which Word shows in the place of its mark."""
        name = self.related.get(identity, ("", ""))[1]
        try:
            document = load_inner(self.archive.read(name), name, self.options)
        except DocumentError as error:
            self.notes.append(f"The part {name} was not read: {error}")
            return None
        self.notes += document.notes
        self.unread.update(document.unread)
        return document


def load_docx(path: Path, options: LoadOptions) -> Document:
    """Return a DOCX file.

    Footnotes and comments come at the end of their page; endnotes, headers and footers at the end
    of the last page. `unread` counts passages that are hidden, struck out or deleted, pictures and
    embedded objects.
    """
    with Archive(path, options.limits) as archive:
        main = _main_part(archive, path)
        body = next((e for e in archive.xml(main) if local_name(e) == "body"), None)
        if body is None:
            raise CorruptDocumentError(f"{path.name} has no text body.")
        parts = _Parts(archive, options, relations(archive, main))
        pages = _read_body(body, parts)
        title = document_title(archive)
    return Document(
        str(path),
        title or path.stem,
        "docx",
        pages.finish(),
        notes=tuple(parts.notes),
        unread={kind: count for kind, count in parts.unread.items() if count},
    )


def _main_part(archive: Archive, path: Path) -> str:
    bodies = [name for kind, name in relations(archive, "").values() if kind == "officeDocument"]
    for name in (*bodies, "word/document.xml"):
        if name in archive:
            return name
    raise CorruptDocumentError(f"{path.name} is not a complete DOCX: it has no document part.")


def _read_body(body: Element, parts: _Parts) -> Pages:
    styles = parts.only("styles")
    reader = ParagraphReader(read_styles(styles), _marks(body), parts.text, parts.unread)
    pages = Pages()
    writer = BlockWriter(
        reader,
        read_numbering(parts.only("numbering"), styles),
        _read_notes(parts, reader),
        parts.chunk,
        pages,
        islice(section_starts(body), 1, None),
    )
    writer.write(body)
    for (kind, _), text in writer.notes.items():  # endnotes, and notes that no mark leads to
        pages.add_note(kind, text)
    pages.end_notes()
    plain = ParagraphReader(Styles(), {}, lambda _: "")
    for kind, title in _BORDERS.items():
        roots = parts.of_kind(kind)
        lines = dict.fromkeys(line for root in roots for line in _lines(root, plain))
        if lines:
            pages.add(f"{title}:\n" + "\n".join(lines))
    return pages


def _marks(body: Element) -> dict[tuple[str, str], str]:
    """Return the marks of footnotes and endnotes, which Word numbers, by kind and id."""
    marks: dict[tuple[str, str], str] = {}
    numbers: Counter[str] = Counter()
    for element in body.iter():
        if not isinstance(element.tag, str) or not element.tag.endswith("noteReference"):
            continue
        kind = local_name(element).removesuffix("Reference")
        if kind in ("footnote", "endnote"):
            if attribute(element, "customMarkFollows") not in ("", "0", "false"):
                continue
            numbers[kind] += 1
            form = "lowerRoman" if kind == "endnote" else ""
            marks[kind, attribute(element, "id")] = f"[{format_count(numbers[kind], form)}]"
    return marks


def _read_notes(parts: _Parts, reader: ParagraphReader) -> dict[tuple[str, str], str]:
    """Return the texts of footnotes, endnotes and comments, by kind and id."""
    notes: dict[tuple[str, str], str] = {}
    for part, kind in _NOTES.items():
        for root in parts.of_kind(part):
            for note in root:
                text = " ".join(_lines(note, reader))
                if text and attribute(note, "type") not in _SEPARATORS:
                    key = kind, attribute(note, "id")
                    notes[key] = _signed(text, one_line(attribute(note, "author")), reader, key)
    return notes


def _signed(text: str, author: str, reader: ParagraphReader, key: tuple[str, str]) -> str:
    """Return a note behind its mark, a comment behind its author."""
    if author:
        return f"{author}: {text}"
    return f"{reader.marks.get(key, '')} {text}".strip()


def _lines(root: Element, reader: ParagraphReader) -> Iterator[str]:
    """Yield the paragraphs of a header or a note, each on a line, without bare page numbers."""
    for paragraph in root.iter():
        if local_name(paragraph) == "p":
            beside = Beside()
            for line in (reader.read(paragraph, beside), *beside.lines):
                if (text := one_line(line)) and not text.isdigit():
                    yield text
