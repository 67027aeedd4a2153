"""PPTX: a slide is a page, with its tables, charts, diagrams, comments, and speaker's notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.drawingml import ShapeReader, part_reader
from quoth.load.ooxml import document_title, read_optional, relations
from quoth.types import Document, Heading, Page

_TITLES = {"title", "ctrTitle"}
_BESIDE = {"sldNum", "dt", "ftr", "hdr"}  # numbers, dates and footers are not the content
_NO_TITLES = ("powerpoint presentation", "powerpoint-präsentation")


@dataclass(slots=True)
class _Show:
    """The parts of a show, and what of them was not read."""

    archive: Archive
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


def load_pptx(path: Path, options: LoadOptions) -> Document:
    """Return a PPTX file, one page per slide in the order of the show, with titles as headings.

    A slide that the show leaves out is no page; its number stays free. `unread` counts such slides,
    pictures, video, sound, embedded objects, hidden shapes and passages that are struck out.
    """
    pages: list[Page] = []
    with Archive(path, options.limits) as archive:
        show = _Show(archive)
        for number, name in enumerate(_slides(archive, path), 1):
            try:
                slide = archive.xml(name)
                if attribute(slide, "show") in ("0", "false"):
                    show.unread["hidden slide"] += 1
                    continue
                pages.append(_slide(show, name, slide, number))
            except CorruptDocumentError as error:
                pages.append(Page(number, ""))
                show.notes.append(f"Slide {number} was not read: {error}")
        title = document_title(archive)
    unreadable = tuple(page.number for page in pages if not page.text)
    if not title or title.lower() in _NO_TITLES:
        title = next((each.title for page in pages for each in page.headings), path.stem)
    return Document(
        str(path),
        title,
        "pptx",
        tuple(pages),
        unreadable,
        tuple(show.notes),
        unread=dict(show.unread),
    )


def _slides(archive: Archive, path: Path) -> list[str]:
    """Return the names of the slides in the order of the show."""
    main = "ppt/presentation.xml"
    if main not in archive:
        raise CorruptDocumentError(f"{path.name} is not a complete PPTX: {main} is missing.")
    related = relations(archive, main)
    order = [
        related[identity][1]
        for element in archive.xml(main).iter()
        if local_name(element) == "sldId" and (identity := _relation_id(element)) in related
    ]
    if not order:
        numbered = [name for name in archive.names() if name.startswith("ppt/slides/slide")]
        order = sorted(numbered, key=lambda name: (len(name), name))
    return order


def _relation_id(element: Element) -> str:
    """Return `r:id`, not the plain `id`, which the element also has."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _slide(show: _Show, name: str, slide: Element, number: int) -> Page:
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for text, is_title in _blocks(show, name, slide):
        if is_title:
            headings.append(Heading(length, 1, one_line(text)))
        parts.append(text)
        length += len(text) + 2
    return Page(number, "\n\n".join(parts), None, tuple(headings))


def _blocks(show: _Show, name: str, slide: Element) -> Iterator[tuple[str, bool]]:
    """Yield the blocks of a slide, and whether each is the title; notes and comments come last."""
    archive, notes = show.archive, show.notes
    for shape in ShapeReader(part_reader(archive, name, notes), show.unread).read(slide):
        if shape.placeholder not in _BESIDE:
            yield shape.text, shape.placeholder in _TITLES
    spoken: list[str] = []
    comments: list[str] = []
    for kind, target in relations(archive, name).values():
        if kind not in ("notesSlide", "comments"):
            continue
        part = read_optional(archive, target, notes)
        if part is not None and kind == "comments":
            comments += _comments(archive, part)
        elif part is not None:
            shapes = ShapeReader(part_reader(archive, target, notes)).read(part)
            spoken += [shape.text for shape in shapes if shape.placeholder not in _BESIDE]
    for title, lines in (("Notes", spoken), ("Comments", comments)):
        if lines:
            yield "\n".join([f"{title}:", *lines]), False


def _comments(archive: Archive, part: Element) -> Iterator[str]:
    """Yield the comments of a slide and the replies to them, each behind its author."""
    authors = _authors(archive)
    for comment in part.iter():
        if local_name(comment) in ("cm", "reply"):
            bodies = [each for each in comment if local_name(each) in ("text", "txBody")]
            words = (each.text or "" for body in bodies for each in body.iter())
            text = one_line(" ".join(words))
            author = authors.get(attribute(comment, "authorId"), "")
            if text:
                yield f"{author}: {text}" if author else text


def _authors(archive: Archive) -> dict[str, str]:
    """Return the names of those who comment, by id, from the parts of both generations."""
    return {
        attribute(author, "id"): one_line(attribute(author, "name"))
        for part in ("ppt/commentAuthors.xml", "ppt/authors.xml")
        if part in archive
        for author in archive.xml(part)
    }
