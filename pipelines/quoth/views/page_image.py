"""A page of a PDF as an image, with a quote highlighted.

The page is drawn in a child process with limits of time and memory.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from quoth.errors import ConfigurationError
from quoth.system import Child, ParentPipe, encode_png, limit_memory

WIDTH = 760
"""The width of an image in pixels."""
SECONDS = 60.0
"""The most seconds for one drawing."""
MEMORY = 1 << 30
"""The most bytes for one drawing."""

_SHADES = 16
_PALETTE = bytes(
    round(shade * 17 * tint)
    for tints in ((1.0, 1.0, 1.0), (1.0, 0.88, 0.42))
    for shade in range(_SHADES)
    for tint in tints
)
"""Sixteen greys, and the same under a marker."""


def draw_page(source: Path, page: int, quote: str) -> bytes | None:
    """Return page `page` (from 1) of a PDF as PNG, with the quote highlighted where it is found.

    `None` for a file that is gone, is no PDF, or cannot be drawn.
    """
    try:
        status = source.stat()
        with source.open("rb") as file:
            if b"%PDF-" not in file.read(1024):
                return None
    except OSError:
        return None
    return _draw_in_child(str(source.resolve()), page, quote, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _draw_in_child(source: str, page: int, quote: str, mtime_ns: int) -> bytes | None:
    request = json.dumps({"source": source, "page": page, "quote": quote})
    try:
        child = Child("quoth.views.page_image:main")
    except (OSError, ConfigurationError):
        return None
    try:
        return child.ask(request.encode(), seconds=SECONDS)
    finally:
        child.kill()


def main() -> None:
    """Draw the page that the parent process asks for."""
    parent = ParentPipe()
    limit_memory(MEMORY)
    request = json.loads(parent.receive())
    with parent.limit_time(SECONDS):
        image = draw(request["source"], request["page"], request["quote"])
    parent.send(image)


def draw(source: str, number: int, quote: str) -> bytes:
    """Return the page as PNG, in the child process."""
    import numpy as np
    import pypdfium2

    with pypdfium2.PdfDocument(source) as document:
        page = document[number - 1]
        bitmap = page.render(scale=WIDTH / page.get_width(), grayscale=True)
        shades = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width] // 16
        marked = np.zeros(shades.shape, bool)
        converter = bitmap.get_posconv(page)
        for left, bottom, right, top in _rectangles(page.get_textpage(), quote):
            x1, y1 = converter.to_bitmap(left, bottom)
            x2, y2 = converter.to_bitmap(right, top)
            x, y = sorted((x1, x2)), sorted((y1, y2))
            marked[max(0, y[0] - 2) : y[1] + 3, max(0, x[0] - 2) : x[1] + 3] = True
        pixels = (shades + _SHADES * marked).astype(np.uint8)
        return encode_png([row.tobytes() for row in pixels], palette=_PALETTE, effort=9)


def _rectangles(textpage: Any, quote: str) -> list[tuple[float, float, float, float]]:
    """Return the rectangles around a quote on the page, one for each line."""
    letters = [
        (letter.casefold(), index)
        for index in range(textpage.count_chars())
        if (letter := textpage.get_text_range(index, 1))[:1].isalnum()
    ]
    quote_letters = "".join(filter(str.isalnum, quote)).casefold()
    page_letters = "".join(letter for letter, _ in letters)
    indexes = [index for letter, index in letters for _ in letter]
    begin = page_letters.find(quote_letters) if quote_letters else -1
    if begin < 0:
        return []
    first, last = indexes[begin], indexes[begin + len(quote_letters) - 1]
    count = textpage.count_rects(first, last - first + 1)
    return [textpage.get_rect(number) for number in range(count)]
