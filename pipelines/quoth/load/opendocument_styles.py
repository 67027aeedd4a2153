"""What the styles of an OpenDocument file say of its text: what is shown, and how lists count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name

_FORMS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How text in a style looks: `script` is `super`, `sub` or ''."""

    hidden: bool = False
    struck: bool = False
    script: str = ""


@dataclass(frozen=True, slots=True)
class ListLevel:
    """How a level of a numbered list counts."""

    form: str
    before: str = ""
    after: str = ""
    start: int = 1


@dataclass(frozen=True, slots=True)
class Styles:
    """The looks of text, the styles of sheets and slides that are hidden, and the levels of lists.

    A look has the name of its style, a level that of its list and its number from 1.
    """

    looks: Mapping[str, Look] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    levels: Mapping[tuple[str, int], ListLevel] = field(default_factory=dict)


def read_styles(roots: list[Element]) -> Styles:
    """Return the styles in the parts of a file: those of the document, and those of its styles."""
    found: dict[str, Element] = {}
    levels: dict[tuple[str, int], ListLevel] = {}
    for root in roots:
        for element in root.iter():
            if local_name(element) == "style":
                found.setdefault(attribute(element, "name"), element)
            elif local_name(element) == "list-style":
                levels.update(_list_levels(element))
    looks = {name: _look(element, found) for name, element in found.items()}
    hidden = (name for name, element in found.items() if _is_hidden(element))
    return Styles(looks, frozenset(hidden), levels)


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
    for element in style:
        form = _FORMS.get(attribute(element, "num-format"), "")
        level, start = attribute(element, "level"), attribute(element, "start-value")
        if local_name(element) == "list-level-style-number" and form and level.isdigit():
            yield (
                (attribute(style, "name"), int(level)),
                ListLevel(
                    form,
                    attribute(element, "num-prefix"),
                    attribute(element, "num-suffix"),
                    int(start) if start.isdigit() else 1,
                ),
            )
