"""An encoder for PNG images (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

_GREY, _PALETTE = 0, 3


def encode_png(rows: Sequence[bytes], *, palette: bytes = b"", effort: int = 6) -> bytes:
    """Encode rows of pixels, one byte per pixel, as a PNG file.

    A pixel is a shade of grey, or an index of `palette`, which has three bytes per colour.
    `effort` is zlib's compression level, from 1 (fast) to 9 (small).
    """
    kind = _PALETTE if palette else _GREY
    header = struct.pack("!IIBBBBB", len(rows[0]), len(rows), 8, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows), effort)
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    if palette:
        chunks.insert(1, (b"PLTE", palette))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))
        for name, body in chunks
    )
