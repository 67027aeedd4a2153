"""PPTX: a slide is a page, with its tables, charts, diagrams, comments, and speaker's notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.drawingml import ShapeReader, part_reader
from quoth.load.ooxml import document_title, relations
from quoth.types import Document, Heading, Page

_TITLES = {"title", "ctrTitle"}
_BESIDE = {"sldNum", "dt", "ftr", "hdr"}  # numbers, dates and footers are not the content
_NO_TITLES = ("powerpoint presentation", "powerpoint-präsentation")


def load_pptx(path: Path, options: LoadOptions) -> Document:
    """Return a PPTX file, one page per slide in the order of the show, with titles as headings.

    A slide that the show leaves out is no page; its number stays free. `unread` counts such slides,
    pictures, video, sound, embedded objects, hidden shapes and passages that are struck out.
    """
    pages: list[Page] = []
    notes: list[str] = []
    unread: Counter[str] = Counter()
    with Archive(path, options.limits) as archive:
        for number, name in enumerate(_slides(archive, path), 1):
            try:
                slide = archive.xml(name)
                if attribute(slide, "show") in ("0", "false"):
                    unread["hidden slide"] += 1
                    continue
                pages.append(_slide(archive, name, slide, number, unread))
            except CorruptDocumentError as error:
                pages.append(Page(number, ""))
                notes.append(f"Slide {number} was not read: {error}")
        title = document_title(archive)
    unreadable = tuple(page.number for page in pages if not page.text)
    if not title or title.lower() in _NO_TITLES:
        title = next((each.title for page in pages for each in page.headings), path.stem)
    return Document(
        str(path), title, "pptx", tuple(pages), unreadable, tuple(notes), unread=dict(unread)
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


def _slide(archive: Archive, name: str, slide: Element, number: int, unread: Counter[str]) -> Page:
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for text, is_title in _blocks(archive, name, slide, unread):
        if is_title:
            headings.append(Heading(length, 1, one_line(text)))
        parts.append(text)
        length += len(text) + 2
    return Page(number, "\n\n".join(parts), None, tuple(headings))


def _blocks(
    archive: Archive, name: str, slide: Element, unread: Counter[str]
) -> Iterator[tuple[str, bool]]:
    """Yield the blocks of a slide, and whether each is the title; notes and comments come last."""
    reader = ShapeReader(part_reader(archive, name), unread)
    for shape in reader.read(slide):
        if shape.placeholder not in _BESIDE:
            yield shape.text, shape.placeholder in _TITLES
    related = [each for each in relations(archive, name).values() if each[1] in archive]
    for kind, target in related:
        if kind == "notesSlide":
            notes = ShapeReader(part_reader(archive, target)).read(archive.xml(target))
            spoken = [shape.text for shape in notes if shape.placeholder not in _BESIDE]
            if spoken:
                yield "Notes:\n" + "\n".join(spoken), False
    comments = [
        line
        for kind, target in related
        if kind == "comments"
        for line in _comments(archive, archive.xml(target))
    ]
    if comments:
        yield "Comments:\n" + "\n".join(comments), False


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
