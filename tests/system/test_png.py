"""Pixels come back out of the PNG as they went in."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from quoth.system import encode_png


def test_shades_of_grey() -> None:
    image = Image.open(BytesIO(encode_png([b"\x00\x7f\xff", b"\x01\x02\x03"])))
    assert (image.mode, image.size) == ("L", (3, 2))
    assert image.tobytes() == b"\x00\x7f\xff\x01\x02\x03"


def test_colours_of_a_palette() -> None:
    palette = bytes([255, 0, 0, 0, 128, 255])
    image = Image.open(BytesIO(encode_png([b"\x00\x01"], palette=palette, effort=9)))
    assert image.convert("RGB").tobytes() == palette
