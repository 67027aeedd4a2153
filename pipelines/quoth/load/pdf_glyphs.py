"""Where the characters of a PDF page are drawn, as PDFium knows it."""

from __future__ import annotations

import ctypes
from typing import Any

from quoth.load.pdf_calls import (
    addresses_of,
    char_box,
    char_origin,
    font_info,
    font_size,
    font_weight,
    handle_of,
)

_BOLD_WEIGHT = 450
_LONGEST_NAME = 80


class Glyphs:
    """The places and fonts of the characters of a page, by their index in PDFium's text.

    Places are in points from the lower left corner of the page.
    """

    def __init__(self, textpage: Any) -> None:
        self._textpage = handle_of(textpage)
        self._edges = (ctypes.c_double * 4)()  # left, right, bottom, top
        self._addresses = addresses_of(self._edges)
        self._name = ctypes.create_string_buffer(_LONGEST_NAME)
        self._flags = ctypes.c_int()
        self._font = (ctypes.addressof(self._name), _LONGEST_NAME, ctypes.addressof(self._flags))

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top of a character, all 0.0 if PDFium does not know."""
        if not char_box(self._textpage, index, *self._addresses):
            return 0.0, 0.0, 0.0, 0.0
        left, right, bottom, top = self._edges
        return left, bottom, right, top

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Return where the ink from one character to another begins and ends."""
        edges = self._edges
        char_box(self._textpage, first, *self._addresses)
        left: float = edges[0]
        if last != first:
            char_box(self._textpage, last, *self._addresses)
        return left, max(left, edges[1])

    def origin(self, index: int) -> tuple[float, float] | None:
        """Return where a character begins on its base line, `None` if PDFium does not know."""
        if index < 0 or not char_origin(self._textpage, index, *self._addresses[:2]):
            return None
        return self._edges[0], self._edges[1]

    def size(self, index: int) -> float:
        """Return the size of the font of a character, as the file gives it."""
        size: float = font_size(self._textpage, index)
        return round(size, 1)

    def is_bold(self, index: int) -> bool:
        """Whether the font of a character is bold by its weight or by its name."""
        if font_weight(self._textpage, index) > _BOLD_WEIGHT:
            return True
        if not font_info(self._textpage, index, *self._font):
            return False
        return b"bold" in self._name.value.lower()
