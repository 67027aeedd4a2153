"""What of an HTML page is not to be read: hidden and struck-out elements."""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborNode

NEVER_SHOWN = frozenset(
    "-comment !doctype annotation annotation-xml audio canvas datalist embed head iframe object rp "
    "script style template video".split()
)
_STRUCK = frozenset(("del", "s", "strike"))
_STYLE = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)|\bline-through\b", re.I)
_STYLE_WORDS = ("none", "hidden", "line-through")
_NEEDS_SCRIPT = re.compile(r"java\s?script", re.I)


def is_left_out(node: LexborNode, tag: str, page_characters: int, unread: Counter[str]) -> bool:
    """Whether an element is not read, which `unread` counts if there is text in it.

    A page that hides the most of its text shows it by a script after loading; it is read.
    """
    if tag in NEVER_SHOWN:
        return True
    if tag == "noscript":
        return bool(_NEEDS_SCRIPT.search(node.text()))
    attributes = node.attributes
    style = _telling_style(attributes.get("style")) if attributes else None
    if tag in _STRUCK or (style and not style[1]):
        if node.text(strip=True):
            unread["struck-out passage"] += 1
        return True
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    if not (hidden or style):
        return False
    text = node.text(strip=True)
    if len(text) * 2 > page_characters:
        return False
    if text:
        unread["hidden passage"] += 1
    return True


def _telling_style(style: str | None) -> re.Match[str] | None:
    """Return the place where a style hides (group 1) or strikes out an element."""
    if not style or not any(word in style.lower() for word in _STYLE_WORDS):
        return None
    return _STYLE.search(style)
