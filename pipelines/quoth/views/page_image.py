"""A page of a PDF as an image, with a quote highlighted.

It is drawn in a process of its own with a limit of time, as everything that parses a document.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from quoth.errors import ConfigurationError
from quoth.system import Child, ParentPipe, encode_png, limit_memory

WIDTH = 760
"""Pixels from side to side."""
SECONDS = 60.0
MEMORY = 1 << 30
"""Bytes that the drawing may take."""

_SHADES = 16
_PALETTE = bytes(
    round(shade * 17 * tint)
    for tints in ((1.0, 1.0, 1.0), (1.0, 0.88, 0.42))
    for shade in range(_SHADES)
    for tint in tints
)
"""Sixteen greys, and the same under a marker."""


def page_image(source: Path, page: int, quote: str) -> bytes | None:
    """Return page number `page` (from 1) of a PDF as PNG, the quote marked where it is found.

    `None` where the file is gone, is no PDF, or cannot be drawn.
    """
    try:
        status = source.stat()
        with source.open("rb") as file:
            if b"%PDF-" not in file.read(1024):
                return None
    except OSError:
        return None
    return _drawn(str(source.resolve()), page, quote, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _drawn(source: str, page: int, quote: str, mtime_ns: int) -> bytes | None:
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
    """Return the page as PNG; called in the process of its own."""
    import numpy as np
    import pypdfium2

    with pypdfium2.PdfDocument(source) as document:
        page = document[number - 1]
        bitmap = page.render(scale=WIDTH / page.get_width(), grayscale=True)
        shades = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width] // 16
        marked = np.zeros(shades.shape, bool)
        place = bitmap.get_posconv(page)
        for left, bottom, right, top in _rectangles(page.get_textpage(), quote):
            (x1, y1), (x2, y2) = place.to_bitmap(left, bottom), place.to_bitmap(right, top)
            x, y = sorted((x1, x2)), sorted((y1, y2))
            marked[max(0, y[0] - 2) : y[1] + 3, max(0, x[0] - 2) : x[1] + 3] = True
        pixels = (shades + _SHADES * marked).astype(np.uint8)
        return encode_png([row.tobytes() for row in pixels], palette=_PALETTE, effort=9)


def _rectangles(textpage: Any, quote: str) -> list[tuple[float, float, float, float]]:
    """Return where the letters of a quote stand on the page, one rectangle a line."""
    letters = [
        (letter.casefold(), at)
        for at in range(textpage.count_chars())
        if (letter := textpage.get_text_range(at, 1))[:1].isalnum()
    ]
    wanted = "".join(filter(str.isalnum, quote)).casefold()
    written = "".join(letter for letter, _ in letters)
    owners = [at for letter, at in letters for _ in letter]
    begin = written.find(wanted) if wanted else -1
    if begin < 0:
        return []
    first, last = owners[begin], owners[begin + len(wanted) - 1]
    count = textpage.count_rects(first, last - first + 1)
    return [textpage.get_rect(index) for index in range(count)]
