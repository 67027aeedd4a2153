"""A page of a PDF or of a picture as an image, with a quote highlighted.

The page is drawn in a child process with limits of time and memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from quoth.errors import ConfigurationError
from quoth.load import is_picture
from quoth.system import Child, ParentPipe, encode_png, limit_memory, missing_extra
from quoth.types import Box
from quoth.views.quote_boxes import find_boxes

WIDTH = 760
"""The width of an image in pixels."""
SECONDS = 60.0
"""The most seconds for one drawing."""
MEMORY = 1 << 30
"""The most bytes for one drawing."""

WIDEST = 2400
"""The most pixels of a drawing."""

_SHADES = 16
_PALETTE = bytes(
    round(shade * 17 * tint)
    for tints in ((1.0, 1.0, 1.0), (1.0, 0.88, 0.42))
    for shade in range(_SHADES)
    for tint in tints
)
"""Sixteen greys, and the same under a marker."""


def draw_page(
    source: Path, page: int, quote: str, boxes: Sequence[Box] = (), *, width: int = WIDTH
) -> bytes | None:
    """Return page `page` (from 1) as PNG, with the quote highlighted where it is found.

    `width` is in pixels. `boxes` are the places of a quote whose text was recognized (OCR). `None`
    for a file that is gone, is neither a PDF nor a picture, or cannot be drawn.
    """
    if not can_be_drawn(source):
        return None
    edges = tuple((box.left, box.top, box.right, box.bottom) for box in boxes)
    try:
        mtime_ns = source.stat().st_mtime_ns
    except OSError:
        return None
    return _draw_in_child(str(source.resolve()), page, quote, edges, min(width, WIDEST), mtime_ns)


def can_be_drawn(source: Path) -> bool:
    """Whether a file is there, and a PDF or a picture."""
    try:
        with source.open("rb") as file:
            head = file.read(1024)
    except OSError:
        return False
    return b"%PDF-" in head or is_picture(head)


_Edges = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of the width and height of the page."""


@lru_cache(maxsize=64)
def _draw_in_child(
    source: str, page: int, quote: str, edges: tuple[_Edges, ...], width: int, mtime_ns: int
) -> bytes | None:
    request = json.dumps(
        {"source": source, "page": page, "quote": quote, "edges": edges, "width": width}
    )
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
        image = draw(
            request["source"],
            request["page"],
            request["quote"],
            request["edges"],
            width=request["width"],
        )
    parent.send(image)


def draw(
    source: str, number: int, quote: str, edges: Sequence[_Edges] = (), *, width: int = WIDTH
) -> bytes:
    """Return the page as PNG, in the child process."""
    with Path(source).open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    if not is_pdf:
        return _mark(_read_picture(source, number, width), edges)

    import pypdfium2

    with pypdfium2.PdfDocument(source) as document:
        page = document[number - 1]
        bitmap = page.render(scale=width / page.get_width(), grayscale=True)
        shades = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]
        converter = bitmap.get_posconv(page)
        found = []
        for left, bottom, right, top in [] if edges else find_boxes(page.get_textpage(), quote):
            x1, y1 = converter.to_bitmap(left, bottom)
            x2, y2 = converter.to_bitmap(right, top)
            x, y = sorted((x1, x2)), sorted((y1, y2))
            found.append(
                (
                    x[0] / bitmap.width,
                    y[0] / bitmap.height,
                    x[1] / bitmap.width,
                    y[1] / bitmap.height,
                )
            )
        return _mark(shades, [*edges, *found])


def _read_picture(source: str, number: int, width: int) -> Any:
    """Return a page of a picture in shades of grey, as wide as a drawing."""
    import numpy as np

    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise missing_extra("Drawing a page of a picture", "ocr") from error
    with Image.open(source) as image:
        image.seek(number - 1)
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    paper = Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    height = max(1, round(upright.height * width / upright.width))
    return np.asarray(paper.convert("L").resize((width, height)))


def _mark(shades: Any, edges: Sequence[_Edges]) -> bytes:
    """Return a picture as PNG, with a marker over these places."""
    import numpy as np

    height, width = shades.shape
    marked = np.zeros(shades.shape, bool)
    for left, top, right, bottom in edges:
        rows = slice(max(0, round(top * height) - 2), round(bottom * height) + 3)
        marked[rows, max(0, round(left * width) - 2) : round(right * width) + 3] = True
    pixels = (shades // 16 + _SHADES * marked).astype(np.uint8)
    return encode_png([row.tobytes() for row in pixels], palette=_PALETTE, effort=9)
