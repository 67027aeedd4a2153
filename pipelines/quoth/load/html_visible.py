"""What of an HTML page is not to be read: hidden and struck-out elements."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from selectolax.lexbor import LexborNode

NEVER_SHOWN = frozenset(
    "-comment !doctype annotation annotation-xml audio canvas datalist embed head object rp "
    "script style template video".split()
)
_STRUCK = frozenset(("del", "s", "strike"))
_STYLE = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)|\bline-through\b", re.I)
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
    style = _effect(attributes.get("style") or "") if attributes else ""
    if tag in _STRUCK or style == "struck":
        if node.text(strip=True):
            unread["struck-out passage"] += 1
        return True
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    if not (hidden or style == "hidden"):
        return False
    text = node.text(strip=True)
    if len(text) * 2 > page_characters:
        return False
    if text:
        unread["hidden passage"] += 1
    return True


@lru_cache(maxsize=1024)
def _effect(style: str) -> str:
    """Return whether a style makes an element `hidden` or `struck`, '' for neither."""
    match = _STYLE.search(style)
    return "" if match is None else "hidden" if match[1] else "struck"
