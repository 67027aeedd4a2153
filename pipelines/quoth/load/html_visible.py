"""What of an HTML page is not to be read: hidden and struck-out elements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

NEVER_SHOWN = frozenset(
    "-comment !doctype annotation annotation-xml audio canvas datalist embed head iframe object rp "
    "rt script style svg template video".split()
)
_STRUCK = frozenset(("del", "s", "strike"))
_STYLE = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)|\bline-through\b", re.I)
_NEEDS_SCRIPT = re.compile(r"java\s?script", re.I)


@dataclass(slots=True)
class LeftOut:
    """The number of elements with text that were left out, by why."""

    hidden: int = 0
    struck: int = 0


def is_left_out(node: LexborNode, tag: str, page_characters: int, left: LeftOut) -> bool:
    """Whether an element is not read, which is counted in `left` if there is text in it.

    A page that hides the most of its text shows it by a script after loading; it is read.
    """
    if tag in NEVER_SHOWN:
        return True
    if tag == "noscript":
        return bool(_NEEDS_SCRIPT.search(node.text()))
    attributes = node.attributes
    style = _STYLE.search(attributes.get("style") or "") if attributes else None
    if tag in _STRUCK or (style and not style[1]):
        left.struck += bool(node.text(strip=True))
        return True
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    if not (hidden or style):
        return False
    text = node.text(strip=True)
    if len(text) * 2 > page_characters:
        return False
    left.hidden += bool(text)
    return True
