"""Where the characters of a PDF page are drawn, as PDFium knows it."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import pypdfium2.raw as pdfium

_BOLD_WEIGHT = 450
_byref = ctypes.byref


class Glyphs:
    """The places and fonts of the characters of a page, by their index in PDFium's text.

    Places are in points. They are those of a reader who holds the page so that its text runs from
    left to right: `turn` is the angle by which most of the text is turned on the page.
    """

    def __init__(self, textpage: Any, *, turn: float = 0.0) -> None:
        self._textpage = textpage
        self._turn = round(turn / (math.pi / 2)) % 4
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._references = [_byref(edge) for edge in self._edges]

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top of a character, all 0.0 if PDFium does not know."""
        left, right, bottom, top = self._references
        if not pdfium.FPDFText_GetCharBox(self._textpage, index, left, right, bottom, top):
            return 0.0, 0.0, 0.0, 0.0
        x1, x2, y1, y2 = (edge.value for edge in self._edges)
        if self._turn == 0:
            return x1, y1, x2, y2
        if self._turn == 1:
            return y1, -x2, y2, -x1
        if self._turn == 2:
            return -x2, -y2, -x1, -y1
        return -y2, x1, -y1, x2

    def origin(self, index: int) -> tuple[float, float] | None:
        """Return where a character begins on its base line, `None` if PDFium does not know."""
        x, y = self._references[:2]
        if index < 0 or not pdfium.FPDFText_GetCharOrigin(self._textpage, index, x, y):
            return None
        horizontal, vertical = self._edges[0].value, self._edges[1].value
        if self._turn == 0:
            return horizontal, vertical
        if self._turn == 1:
            return vertical, -horizontal
        if self._turn == 2:
            return -horizontal, -vertical
        return -vertical, horizontal

    def size(self, index: int) -> float:
        """Return the size of the font of a character, as the file gives it."""
        return float(round(pdfium.FPDFText_GetFontSize(self._textpage, index), 1))

    def is_bold(self, index: int) -> bool:
        """Whether the font of a character is bold by its weight or by its name."""
        if pdfium.FPDFText_GetFontWeight(self._textpage, index) > _BOLD_WEIGHT:
            return True
        name, flags = ctypes.create_string_buffer(80), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._textpage, index, name, len(name), flags)
        return b"bold" in name.value.lower()
