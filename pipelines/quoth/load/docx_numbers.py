"""The numbers that Word puts before headings and items (`2.1`), which are not in their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.counts import format_count

_PLACEHOLDER = re.compile(r"%(\d)")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    pattern: str
    is_legal: bool = False  # counts all levels of its number in digits


@dataclass(slots=True)
class Numbering:
    """Counts numbered paragraphs in the order of the document.

    `levels` maps list and level to the format of a number, `lists` a number id to its list, and
    `styles` a paragraph style to its number id and level.
    """

    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, style: str, properties: Element | None) -> str:
        """Count a paragraph, and return its number; '' if it has none, or a bullet."""
        number, level = self.styles.get(style, ("", 0))
        if properties is not None:
            own, own_level = _reference(properties)
            number = own or number
            level = own_level if own_level is not None else level
        owner = self.lists.get(number)
        definition = self.levels.get((owner, level)) if owner else None
        if owner is None or definition is None:
            return ""
        counts = self.counts.setdefault(owner, {})
        counts[level] = counts.get(level, definition.start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]

        def format_level(placeholder: re.Match[str]) -> str:
            shown_level = int(placeholder[1]) - 1
            shown = self.levels.get((owner, shown_level), definition)
            return format_count(
                counts.get(shown_level, shown.start),
                "decimal" if definition.is_legal else shown.kind,
            )

        return (
            ""
            if definition.kind in ("bullet", "none")
            else _PLACEHOLDER.sub(format_level, definition.pattern)
        )

    def is_list(self, properties: Element) -> bool:
        """Whether a paragraph with these properties is an item; number 0 takes it off its list."""
        return _reference(properties)[0] != "0"


def read_numbering(numbering: Element | None, styles: Element | None) -> Numbering:
    """Return the numbering of a document from its parts; empty if it has none."""
    definitions = Numbering()
    for element in numbering if numbering is not None else ():
        if local_name(element) == "abstractNum":
            identity = attribute(element, "abstractNumId")
            for level in element:
                if local_name(level) == "lvl" and attribute(level, "ilvl").isdigit():
                    definitions.levels[identity, int(attribute(level, "ilvl"))] = _level(level)
        elif local_name(element) == "num":
            for inner in element:
                if local_name(inner) == "abstractNumId":
                    definitions.lists[attribute(element, "numId")] = attribute(inner, "val")
    for style in styles if styles is not None else ():
        for element in style.iter():
            if local_name(element) == "numPr":
                number, level_number = _reference(element)
                if number:
                    definitions.styles[attribute(style, "styleId")] = (number, level_number or 0)
    return definitions


def _level(element: Element) -> _Level:
    values = {local_name(inner): attribute(inner, "val") for inner in element}
    start = values.get("start", "")
    return _Level(
        int(start) if start.isdigit() else 1,
        values.get("numFmt", ""),
        values.get("lvlText", ""),
        "isLgl" in values and values["isLgl"] not in ("0", "false"),
    )


def _reference(properties: Element) -> tuple[str, int | None]:
    values = {local_name(inner): attribute(inner, "val") for inner in properties}
    level = values.get("ilvl", "")
    return values.get("numId", ""), int(level) if level.isdigit() else None
