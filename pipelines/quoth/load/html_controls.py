"""Elements of HTML whose text is not between their tags: pictures, fields, items of lists."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from quoth.load.clean import one_line
from quoth.load.counts import FORMS, format_count
from quoth.load.html_tables import children

_UNSEEN_FIELDS = {"hidden", "password", "submit", "button", "reset", "image", "file"}
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp)", re.I)


def shown_text(node: LexborNode, tag: str) -> str:
    """Return the alternative text of a picture, the value of a field, the choice of a list."""
    attributes = node.attributes or {}
    if tag in ("img", "area"):
        text = one_line(attributes.get("alt") or "")
        return "" if _FILE_NAME.fullmatch(text) else text
    if tag == "select":
        return _choice(node)
    kind = (attributes.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return "[x]" if "checked" in attributes else "[ ]"
    return "" if kind in _UNSEEN_FIELDS else one_line(attributes.get("value") or "")


def _choice(select: LexborNode) -> str:
    """Return the selected options of a list, all of them if none is selected."""
    options = select.css("option")
    selected = [each for each in options if "selected" in (each.attributes or {})]
    return ", ".join(filter(None, (one_line(each.text()) for each in selected or options)))


def drawn_text(drawing: LexborNode) -> str:
    """Return the labels of a drawing in SVG."""
    labels = (one_line(each.text(separator=" ")) for each in drawing.css("text, foreignObject"))
    return " ".join(filter(None, labels))


def list_marker(item: LexborNode, numbers: dict[int, int]) -> str:
    """Return the mark of an item as its list shows it: `- `, `3. `, `b. `.

    `numbers` holds the number that each list has come to.
    """
    ordered = item.parent
    if ordered is None or ordered.tag != "ol":
        return "- "
    attributes = ordered.attributes or {}
    step = -1 if "reversed" in attributes else 1
    if ordered.mem_id in numbers:
        following = numbers[ordered.mem_id] + step
    else:
        first = sum(1 for each in children(ordered) if each.tag == "li") if step < 0 else 1
        following = _whole(attributes.get("start"), first)
    number = _whole((item.attributes or {}).get("value"), following)
    numbers[ordered.mem_id] = number
    return f"{format_count(number, FORMS.get(attributes.get('type') or '1', ''))}. "


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,9}", value) else otherwise
