"""What is painted on a PDF page besides text: thin lines, and pictures that a reader notices."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.load.pdf_calls import (
    addresses_of,
    handle_of,
    object_bounds,
    object_type,
    page_object,
    picture_size,
)

_MANY_OBJECTS = 800  # pages with more are not searched: they are drawn letter by letter
_THIN = 2.6  # points; PDFium adds the width of the pen on every side
_SHORTEST = 5.0
_SMALLEST = 48.0  # points: a smaller picture is a sign or an ornament
_WHOLE_PAGE = 0.8  # of the page: a larger picture is a scan or a background
_LOGO_PAGES = 3

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""
Picture = tuple[int, int, int, int]
"""Width and height of a picture in pixels, and as printed in points."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The boxes of thin lines from left to right, and the pictures of a page."""

    strokes: tuple[Box, ...]
    pictures: frozenset[Picture]


def read_shapes(page: pypdfium2.PdfPage) -> Shapes:
    """Return the thin lines and the pictures of a page, none where it has very many objects."""
    strokes: list[Box] = []
    pictures: set[Picture] = set()
    handle = handle_of(page.raw)
    count = pdfium.FPDFPage_CountObjects(page.raw)
    area = page.get_width() * page.get_height()
    edges, pixels = (ctypes.c_float * 4)(), (ctypes.c_uint * 2)()
    places, sizes = addresses_of(edges), addresses_of(pixels)
    for index in range(count if count <= _MANY_OBJECTS else 0):
        item = page_object(handle, index)
        kind = object_type(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            object_bounds(item, *places)
            left, bottom, right, top = edges
            if top - bottom < _THIN and right - left > _SHORTEST:
                strokes.append((left, bottom, right, top))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE and object_bounds(item, *places):
            width, height = edges[2] - edges[0], edges[3] - edges[1]
            if min(width, height) >= _SMALLEST and width * height < _WHOLE_PAGE * area:
                picture_size(item, *sizes)
                pictures.add((pixels[0], pixels[1], round(width), round(height)))
    return Shapes(tuple(strokes), frozenset(pictures))


def count_pictures(pages: Sequence[frozenset[Picture]]) -> int:
    """Return how many different pictures the pages of a document have.

    A picture that is on three pages or more, and on half of all, is a logo and not counted.
    """
    counts = Counter(picture for pictures in pages for picture in pictures)
    return sum(count < max(_LOGO_PAGES, len(pages) / 2) for count in counts.values())
