"""What the styles of an OpenDocument file say of its text: what is shown, and how lists count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.counts import FORMS
from quoth.load.printed_pages import Section

OUTLINE = "outline style"  # no name of a list style has a space


@dataclass(frozen=True, slots=True)
class Look:
    """How text in a style looks: `script` is `super`, `sub` or ''."""

    hidden: bool = False
    struck: bool = False
    script: str = ""


@dataclass(frozen=True, slots=True)
class ListLevel:
    """How a level of a numbered list counts; `shown` is how many levels its number has (`2.1`)."""

    form: str
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1


@dataclass(frozen=True, slots=True)
class Styles:
    """The looks of text, the styles of sheets and slides that are hidden, and the levels of lists.

    A look has the name of its style, a level that of its list and its number from 1; those of
    headings have the list `OUTLINE`. `page_starts` are the styles that begin a page, with its
    numbering if they give it one; `page_ends` those that end one.
    """

    looks: Mapping[str, Look] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    levels: Mapping[tuple[str, int], ListLevel] = field(default_factory=dict)
    page_starts: Mapping[str, Section | None] = field(default_factory=dict)
    page_ends: frozenset[str] = frozenset()


def read_styles(roots: list[Element]) -> Styles:
    """Return the styles in the parts of a file: those of the document, and those of its styles."""
    found: dict[str, Element] = {}
    levels: dict[tuple[str, int], ListLevel] = {}
    masters: dict[str, Element] = {}
    layouts: dict[str, Element] = {}
    for root in roots:
        for element in root.iter():
            if local_name(element) == "style":
                found.setdefault(attribute(element, "name"), element)
            elif local_name(element) in ("list-style", "outline-style"):
                levels.update(_list_levels(element))
            elif local_name(element) == "master-page":
                masters.setdefault(attribute(element, "name"), element)
            elif local_name(element) == "page-layout":
                layouts.setdefault(attribute(element, "name"), element)
    forms = {name: _page_form(master, layouts) for name, master in masters.items()}
    looks = {name: _look(element, found) for name, element in found.items()}
    hidden = (name for name, element in found.items() if _is_hidden(element))
    return Styles(
        looks,
        frozenset(hidden),
        levels,
        dict(_page_starts(found, forms)),
        frozenset(name for name, each in found.items() if _breaks(each, found, "break-after")),
    )


def _page_starts(
    found: Mapping[str, Element], forms: Mapping[str, str]
) -> Iterator[tuple[str, Section | None]]:
    """Yield the styles that begin a page, with the numbering of the pages from there."""
    for name, style in found.items():
        if master := attribute(style, "master-page-name"):
            start = _paragraph_property(style, found, "page-number")
            yield name, Section(int(start) if start.isdigit() else None, forms.get(master, ""))
        elif _breaks(style, found, "break-before"):
            yield name, None


def _breaks(style: Element, found: Mapping[str, Element], where: str) -> bool:
    return _paragraph_property(style, found, where) == "page"


def _paragraph_property(style: Element, found: Mapping[str, Element], name: str) -> str:
    """Return a property of the paragraphs or tables in a style, which it may inherit."""
    values = (
        attribute(properties, name)
        for each in _with_parents(style, found)
        for properties in each
        if local_name(properties) in ("paragraph-properties", "table-properties")
    )
    return next(filter(None, values), "")


def _page_form(master: Element, layouts: Mapping[str, Element]) -> str:
    """Return how the pages of a master page are counted."""
    layout = layouts.get(attribute(master, "page-layout-name"))
    properties = layout if layout is not None else ()
    forms = (attribute(each, "num-format") for each in properties)
    return FORMS.get(next(filter(None, forms), ""), "").replace("decimal", "")


def _look(style: Element, found: Mapping[str, Element]) -> Look:
    values: dict[str, str] = {}
    for each in _with_parents(style, found):
        for properties in each:
            if local_name(properties) == "text-properties":
                for name in ("display", "text-line-through-style", "text-position"):
                    values.setdefault(name, attribute(properties, name)) if attribute(
                        properties, name
                    ) else None
    position = values.get("text-position", "").split(" ")[0]
    height = position.rstrip("%")
    if height.lstrip("-").isdigit():
        position = "sub" if int(height) < 0 else "super" if int(height) > 0 else ""
    return Look(
        hidden=values.get("display", "") == "none",
        struck=values.get("text-line-through-style", "none") != "none",
        script=position if position in ("super", "sub") else "",
    )


def _with_parents(style: Element, found: Mapping[str, Element]) -> Iterator[Element]:
    visited: set[str] = set()
    while True:
        yield style
        parent = attribute(style, "parent-style-name")
        if parent in visited or parent not in found:
            return
        visited.add(parent)
        style = found[parent]


def _is_hidden(style: Element) -> bool:
    """Whether the sheets, sections or slides of a style are not shown."""
    kinds = {
        "table-properties": ("display", "false"),
        "section-properties": ("display", "none"),
        "drawing-page-properties": ("visibility", "hidden"),
    }
    return any(
        attribute(properties, kinds[name][0]) == kinds[name][1]
        for properties in style
        if (name := local_name(properties)) in kinds
    )


def _list_levels(style: Element) -> Iterator[tuple[tuple[str, int], ListLevel]]:
    kinds = ("list-level-style-number", "outline-level-style")
    name = attribute(style, "name") if local_name(style) == "list-style" else OUTLINE
    for element in style:
        form = FORMS.get(attribute(element, "num-format"), "")
        level, start = attribute(element, "level"), attribute(element, "start-value")
        shown = attribute(element, "display-levels")
        if local_name(element) in kinds and form and level.isdigit():
            yield (
                (name, int(level)),
                ListLevel(
                    form,
                    attribute(element, "num-prefix"),
                    attribute(element, "num-suffix"),
                    int(start) if start.isdigit() else 1,
                    int(shown) if shown.isdigit() else 1,
                ),
            )
