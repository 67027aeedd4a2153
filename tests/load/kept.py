"""What a loader keeps of a file: a phrase for each thing that a format may hold, and where it went.

A sample of a format holds the phrases of all things that the format knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from quoth.types import Document

TEXT = "The mill stands by the weir."
FIRST, THEN = "First comes the mill.", "Then comes the weir."
HEADING = "Of the weir"
ITEM = "Dig the ditch"
HEADER = ("Lake", "2022", "2023")
ROWS = tuple((f"Lake {number}", f"{number}.5", f"{number}.25") for number in range(60))
FOOTNOTE = "Paid by the miller."
COMMENT = "Ask the miller."
HIDDEN = "Under the floor."
STRUCK = "Torn down again."
FORMULA = "x^2"
VALUE = "941.75"
DESCRIPTION = "The weir from the north"
ATTACHMENT = "Inside another file."
LABEL = "iv"

_LINE_OF_TABLE = r"(?:Lake: )?Lake 59 \| 2022: 59\.5 \| 2023: 59\.25"


def _has(text: str) -> Callable[[Document, str], bool]:
    return lambda _, whole: text in whole


def _in_order(_: Document, whole: str) -> bool:
    return 0 <= whole.find(FIRST) < whole.find(THEN)


def _has_heading(document: Document, _: str) -> bool:
    return any(each.title == HEADING for page in document.pages for each in page.headings)


def _has_label(document: Document, _: str) -> bool:
    return any(page.label == LABEL for page in document.pages)


KEPT: dict[str, Callable[[Document, str], bool]] = {
    "text": _has(TEXT),
    "order": _in_order,
    "headings": _has_heading,
    "lists": lambda _, whole: bool(re.search(rf"(?m)^\s*(?:1\.|[-*•])\s+{ITEM}", whole)),
    "tables with headers": lambda _, whole: bool(re.search(_LINE_OF_TABLE, whole)),
    "footnotes": _has(FOOTNOTE),
    "comments": _has(COMMENT),
    "hidden text": _has(HIDDEN),
    "struck-out text": _has(STRUCK),
    "formulas": lambda _, whole: FORMULA in whole or VALUE in whole,
    "alternative texts": _has(DESCRIPTION),
    "attachments": _has(ATTACHMENT),
    "printed page numbers": _has_label,
}
"""For each column of the table in the documentation, whether the text has it."""

COUNTED = {
    "hidden text": ("hidden",),
    "struck-out text": ("struck-out",),
    "attachments": ("embedded object", "attachment"),
    "alternative texts": ("picture",),
    "comments": ("comment",),
}
"""The beginnings of the kinds of `unread` that count a thing."""


def where_it_went(document: Document, thing: str) -> str:
    """Return `kept`, `counted` or `unread`."""
    whole = "\n".join(page.text for page in document.pages)
    if KEPT[thing](document, whole):
        return "kept"
    kinds = COUNTED.get(thing, ())
    return "counted" if any(kind.startswith(kinds) for kind in document.unread) else "unread"
