"""A page of a PDF as an image, with a quote highlighted.

It is drawn in a process of its own with a limit of time, as everything that parses a document.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

WIDTH = 760
"""Pixels from side to side."""
SECONDS = 60.0

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
    program = [sys.executable, "-P", __file__, source, str(page), quote]
    try:
        done = subprocess.run(program, capture_output=True, timeout=SECONDS, check=False)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


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
        return _png((shades + _SHADES * marked).astype(np.uint8))


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


def _png(pixels: Any) -> bytes:
    """Return palette indices as a PNG file (PNG specification, third edition)."""
    height, width = pixels.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)
    header = struct.pack("!IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", _PALETTE),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
