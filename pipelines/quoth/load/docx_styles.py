"""What the styles of a DOCX say of its text: levels of headings, and text that is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name

_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of text looks; `None` where nothing says it, so that a style above does."""

    hidden: bool | None = None
    struck: bool | None = None
    script: str | None = None
    font: str | None = None
    capitals: bool | None = None

    def over(self, below: Look) -> Look:
        """Return this look where it says something, else the one below."""
        return Look(
            below.hidden if self.hidden is None else self.hidden,
            below.struck if self.struck is None else self.struck,
            below.script if self.script is None else self.script,
            below.font if self.font is None else self.font,
            below.capitals if self.capitals is None else self.capitals,
        )


PLAIN = Look()
"""The look of text that nothing is said of."""


@dataclass(frozen=True, slots=True)
class Styles:
    """The levels of headings and the looks of runs, by the id of a style."""

    levels: Mapping[str, int] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)


def is_on(element: Element) -> bool:
    """Whether a property that may be switched off is on (ISO/IEC 29500-1, 17.17.4)."""
    return attribute(element, "val").lower() not in _OFF


def properties_of(element: Element, kind: str) -> Iterator[Element]:
    """Yield the properties (`pPr`, `rPr`) of a paragraph, a run or a style."""
    for child in element:
        if local_name(child) == kind:
            yield from child


def look_of(properties: Iterable[Element]) -> Look:
    """Return the look that the properties of a run give."""
    look = PLAIN
    for each in properties:
        name = local_name(each)
        if name in ("vanish", "specVanish"):
            look = replace(look, hidden=is_on(each))
        elif name in ("strike", "dstrike"):
            look = replace(look, struck=is_on(each))
        elif name == "caps":
            look = replace(look, capitals=is_on(each))
        elif name == "vertAlign":
            look = replace(look, script=attribute(each, "val"))
        elif name == "rFonts":
            look = replace(look, font=attribute(each, "ascii") or attribute(each, "hAnsi") or None)
    return look


def read_styles(styles: Element | None) -> Styles:
    """Return the styles of a document from their part; a style inherits from the one below it."""
    levels: dict[str, int] = {}
    looks: dict[str, Look] = {}
    parents: dict[str, str] = {}
    for style in styles if styles is not None else ():
        if local_name(style) != "style":
            continue
        identity = attribute(style, "styleId")
        looks[identity] = look_of(properties_of(style, "rPr"))
        for element in style:
            if local_name(element) == "basedOn":
                parents[identity] = attribute(element, "val")
        if level := _level(style):
            levels[identity] = level
    for identity in parents:
        for ancestor in _ancestors(identity, parents):
            if ancestor in levels:
                levels.setdefault(identity, levels[ancestor])
            if ancestor in looks:
                looks[identity] = looks[identity].over(looks[ancestor])
    return Styles(levels, looks)


def _level(style: Element) -> int:
    """Return the heading level that a style has by its name or by its outline, else 0."""
    outline = 0
    for element in style.iter():
        kind, value = local_name(element), attribute(element, "val")
        if kind == "name":
            name = value.lower()
            if name.startswith("heading ") and name[8:].isdigit():
                return int(name[8:])
            if name == "title":
                return 1
        elif kind == "outlineLvl" and value.isdigit() and int(value) < 9:
            outline = int(value) + 1
    return outline


def _ancestors(identity: str, parents: Mapping[str, str]) -> Iterator[str]:
    visited = {identity}
    while identity in parents and parents[identity] not in visited:
        identity = parents[identity]
        visited.add(identity)
        yield identity
