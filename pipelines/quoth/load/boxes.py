"""The places of recognized lines on their page, as a string in the metadata of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from quoth.types import Box

FORMATS_WITH_BOXES = ("pdf", "picture")
"""The formats of documents whose pages can have boxes."""
_KEY = "boxes"


def with_boxes(metadata: Mapping[str, str], boxes: Iterable[Box]) -> dict[str, str]:
    """Return the metadata of a page with the boxes of its lines, to a thousandth of the page."""
    rows = (
        f"{box.start},{box.end},"
        + ",".join(f"{1000 * edge:.0f}" for edge in (box.left, box.top, box.right, box.bottom))
        for box in boxes
    )
    text = ";".join(rows)
    return {**metadata, _KEY: text} if text else dict(metadata)


def boxes_within(metadata: Mapping[str, str], start: int, end: int) -> tuple[Box, ...]:
    """Return the boxes of a page that hold characters from `start` to `end` of its text."""
    boxes = []
    for row in filter(None, metadata.get(_KEY, "").split(";")):
        first, last, *edges = map(int, row.split(","))
        if first < end and start < last:
            left, top, right, bottom = (edge / 1000 for edge in edges)
            boxes.append(Box(first, last, left, top, right, bottom))
    return tuple(boxes)
