"""Where the words of a page are printed: its text layer, and the places of a quote.

Places are shares of the width and height of the page, from the upper left corner. The page is read
in a child process with limits of time and memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quoth.errors import ConfigurationError
from quoth.system import Child, ParentPipe, limit_memory
from quoth.views.quote_boxes import find_boxes

SECONDS = 30.0
"""The most seconds for one page."""
MEMORY = 1 << 30
"""The most bytes for one page."""

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def locate_quote(
    source: Path, page: int, quote: str, *, before: str = "", behind: str = ""
) -> list[Edges] | None:
    """Return the places of a quote, one or more for each printed line; none where it is not found.

    The text `before` and `behind` it tells its place from others with the same letters. `None` for
    a file that is gone, is no PDF, or cannot be read.
    """
    found = _ask(source, {"page": page, "quote": quote, "before": before, "behind": behind})
    return None if found is None else [_edges(box) for box in found]


def read_words(source: Path, page: int) -> list[tuple[str, Edges]] | None:
    """Return the printed words of a page with their places, in the order of its text.

    `None` for a file that is gone, is no PDF, or cannot be read.
    """
    found = _ask(source, {"page": page})
    return None if found is None else [(text, _edges(box)) for text, box in found]


def _edges(box: list[float]) -> Edges:
    left, top, right, bottom = box
    return left, top, right, bottom


def _ask(source: Path, request: dict[str, Any]) -> Any:
    """Return what the child process tells of a page, or `None`."""
    try:
        with source.open("rb") as file:
            if b"%PDF-" not in file.read(1024):
                return None
        child = Child("quoth.views.page_layout:main")
    except (OSError, ConfigurationError):
        return None
    try:
        told = child.ask(json.dumps({"source": str(source), **request}).encode(), seconds=SECONDS)
    finally:
        child.kill()
    return None if told is None else json.loads(told)


def main() -> None:
    """Read the page that the parent process asks for."""
    parent = ParentPipe()
    limit_memory(MEMORY)
    request = json.loads(parent.receive())
    with parent.limit_time(SECONDS):
        told = read_layout(
            request["source"],
            request["page"],
            request.get("quote"),
            before=request.get("before", ""),
            behind=request.get("behind", ""),
        )
    parent.send(json.dumps(told).encode())


def read_layout(
    source: str, number: int, quote: str | None, *, before: str = "", behind: str = ""
) -> list[Any]:
    """Return the places of a quote, or all words with their places, in the child process."""
    import pypdfium2

    with pypdfium2.PdfDocument(source) as document:
        page = document[number - 1]
        width, height = page.get_size()
        converter = page.render(scale=1, may_draw_forms=False).get_posconv(page)

        def share(box: tuple[float, float, float, float]) -> list[float]:
            x1, y1 = converter.to_bitmap(box[0], box[1])
            x2, y2 = converter.to_bitmap(box[2], box[3])
            xs, ys = sorted((x1 / width, x2 / width)), sorted((y1 / height, y2 / height))
            edges = (xs[0], ys[0], xs[1], ys[1])
            return [round(min(1.0, max(0.0, edge)), 5) for edge in edges]

        text = page.get_textpage()
        if quote is not None:
            return [share(box) for box in find_boxes(text, quote, before=before, behind=behind)]
        return [[word, share(box)] for word, box in _words(text)]


def _words(textpage: Any) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Yield the words of a page with their boxes in points."""
    text = textpage.get_text_range()
    start = 0
    for word in text.split():
        start = text.index(word, start)
        boxes = [textpage.get_charbox(i) for i in range(start, start + len(word))]
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        yield word, (min(lefts), min(bottoms), max(rights), max(tops))
        start += len(word)
