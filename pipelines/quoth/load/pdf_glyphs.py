"""Where the characters of a PDF page are drawn, as PDFium knows it."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

_BOLD_WEIGHT = 450


class Glyphs:
    """The places and fonts of the characters of a page, by their index in PDFium's text.

    Places are in points from the lower left corner of the page.
    """

    def __init__(self, textpage: Any) -> None:
        self._textpage = textpage
        self._left, self._right, self._bottom, self._top = (ctypes.c_double() for _ in range(4))
        edges = (self._left, self._right, self._bottom, self._top)
        self._edges = tuple(ctypes.byref(edge) for edge in edges)

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top of a character, all 0.0 if PDFium does not know."""
        if not pdfium.FPDFText_GetCharBox(self._textpage, index, *self._edges):
            return 0.0, 0.0, 0.0, 0.0
        return self._left.value, self._bottom.value, self._right.value, self._top.value

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Return where the ink from one character to another begins and ends."""
        pdfium.FPDFText_GetCharBox(self._textpage, first, *self._edges)
        left = self._left.value
        if last != first:
            pdfium.FPDFText_GetCharBox(self._textpage, last, *self._edges)
        return left, max(left, self._right.value)

    def origin(self, index: int) -> tuple[float, float] | None:
        """Return where a character begins on its base line, `None` if PDFium does not know."""
        x, y, _, _ = self._edges
        if index < 0 or not pdfium.FPDFText_GetCharOrigin(self._textpage, index, x, y):
            return None
        return self._left.value, self._right.value

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
