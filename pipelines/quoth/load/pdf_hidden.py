"""Text of a PDF page that a reader does not see or that is struck out: it is not to be cited."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.load.pdf_calls import (
    addresses_of,
    char_code,
    count_marks,
    fill_color,
    handle_of,
    mark_at,
    mark_name,
    mark_parameter,
    render_mode,
    text_object,
)
from quoth.load.pdf_glyphs import Glyphs
from quoth.load.pdf_lines import RawLine
from quoth.load.pdf_shapes import Box

HIDDEN, STRUCK = "hidden passage", "struck-out passage"

_UNPAINTED = {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}
_STROKED = {pdfium.FPDF_TEXTRENDERMODE_STROKE, pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP}
_WHITE = 250
_TINY = 1.0  # points from the bottom to the top of a letter
_SCAN = 0.5  # of the page: below a larger picture, unpainted text is that of OCR
_LOW, _HIGH = 0.15, 0.85  # of the height of a letter
_MOST = 0.7
_MOST_ABOVE = 30.0  # points
_EVERY = 4  # letters: the tallest of these tells how high a line can be
_TALLER = 1.25
_BEYOND = 3.0  # points
_FEWEST = 3  # letters


def blank_hidden(
    page: pypdfium2.PdfPage,
    textpage: Any,
    glyphs: Glyphs,
    raw: str,
    lines: Sequence[RawLine],
    *,
    strokes: Sequence[Box],
    read_hidden_layers: Callable[[], frozenset[str]] = frozenset,
) -> tuple[str, Counter[str]]:
    """Return PDFium's text with spaces in place of what is hidden or struck out, and the counts.

    Hidden is text that is not painted, white on white, tiny, outside the page, or optional content
    that is switched off (`read_hidden_layers` returns its names). Text below a scan
    is that of OCR and stays. `strokes` are the thin lines that may strike text out.
    """
    ground = _Ground(page, read_hidden_layers)
    found: dict[int, str] = {}
    suspect = _Judge(handle_of(textpage), glyphs, ground)
    if any(suspect.looks_hidden(line) for line in lines):
        judge = _Judge(handle_of(textpage), glyphs, ground)
        for index, character in enumerate(raw):
            if not character.isspace() and judge.is_hidden(index):
                found[index] = HIDDEN
    struck = [*_struck_boxes(page), *strokes]
    if struck:
        for line in lines:
            for index in _struck(glyphs, line, struck):
                found.setdefault(index, STRUCK)
    if not found:
        return raw, Counter()
    letters = list(raw)
    counts: Counter[str] = Counter()
    before = None
    for index, kind in sorted(found.items()):
        letters[index] = " "
        if before is None or found[before] != kind or raw[before + 1 : index].strip(" "):
            counts[kind] += 1
        before = index
    return "".join(letters), counts


class _Ground:
    """What is painted on a page besides text, looked at only when a question needs it."""

    def __init__(
        self, page: pypdfium2.PdfPage, read_hidden_layers: Callable[[], frozenset[str]]
    ) -> None:
        self._page = page
        self._read_hidden_layers = read_hidden_layers
        self.box: Box = page.get_bbox()
        self._painted: list[tuple[int, Box, bool]] | None = None

    @cached_property
    def hidden_layers(self) -> frozenset[str]:
        """The names of the optional content that is switched off."""
        return self._read_hidden_layers()

    def _objects(self) -> list[tuple[int, Box, bool]]:
        """Return kind, box, and whether it is darker than paper, of all that is no text."""
        if self._painted is None:
            self._painted = []
            for item in self._page.get_objects(max_depth=3, textpage=None):
                if item.type != pdfium.FPDF_PAGEOBJ_TEXT:
                    try:
                        self._painted.append((item.type, item.get_bounds(), _is_dark(item.raw)))
                    except pypdfium2.PdfiumError:
                        continue
        return self._painted

    def is_scan(self) -> bool:
        """Whether one picture covers most of the page."""
        left, bottom, right, top = self.box
        area = (right - left) * (top - bottom)
        pictures = (box for kind, box, _ in self._objects() if kind == pdfium.FPDF_PAGEOBJ_IMAGE)
        return any((b[2] - b[0]) * (b[3] - b[1]) > _SCAN * area for b in pictures)

    def is_dark_behind(self, box: Box) -> bool:
        """Whether something darker than paper is painted behind a letter."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(
            dark and each[0] <= x <= each[2] and each[1] <= y <= each[3]
            for _, each, dark in self._objects()
        )


def _is_dark(item: Any) -> bool:
    """Whether a page object is painted in a colour other than white, or in many."""
    if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_PATH:
        return True
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, mode, stroke)
    if mode.value == pdfium.FPDF_FILLMODE_NONE:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return True  # a pattern
    return min(red.value, green.value, blue.value) < _WHITE and alpha.value > 0


class _Judge:
    """Whether the letters of a page are hidden; each piece of text is judged once."""

    def __init__(self, textpage: int, glyphs: Glyphs, ground: _Ground) -> None:
        self._textpage = textpage
        self._glyphs = glyphs
        self._ground = ground
        self._judged: dict[int, bool] = {0: False}
        self._colour = (ctypes.c_uint * 4)()
        self._addresses = addresses_of(self._colour)

    def looks_hidden(self, line: RawLine) -> bool:
        """Whether the first or the last letter of a line is hidden."""
        if line.height is None:
            return False
        first = line.start + len(line.part) - len(line.part.lstrip())
        last = line.start + len(line.part.rstrip()) - 1
        return self.is_hidden(first) or self.is_hidden(last)

    def is_hidden(self, index: int) -> bool:
        """Whether the piece of text to which a letter belongs is hidden."""
        item = text_object(self._textpage, index) or 0
        hidden = self._judged.get(item)
        if hidden is None:
            hidden = self._judged[item] = self._is_object_hidden(index, item)
        return hidden

    def _is_object_hidden(self, index: int, item: int) -> bool:
        ground = self._ground
        if count_marks(item) > 0 and _is_on_hidden_layer(item, ground):
            return True
        mode = render_mode(item)
        if mode in _UNPAINTED:
            return not ground.is_scan()
        box = left, bottom, right, top = self._glyphs.box(index)
        if right > left and top - bottom < _TINY and right - left < _TINY:
            return chr(char_code(self._textpage, index)).isalnum()
        page_left, page_bottom, page_right, page_top = ground.box
        if right < page_left or left > page_right or top < page_bottom or bottom > page_top:
            return right > left
        if mode in _STROKED or not fill_color(self._textpage, index, *self._addresses):
            return False
        red, green, blue, alpha = self._colour
        if alpha == 0:
            return not ground.is_scan()
        is_white = min(red, green, blue) >= _WHITE
        return is_white and not ground.is_dark_behind(box)


def _is_on_hidden_layer(item: int, ground: _Ground) -> bool:
    """Whether a piece of text belongs to optional content that is switched off."""
    for index in range(count_marks(item)):
        mark = mark_at(item, index)
        if _mark_text(mark_name, mark) == "OC":
            name = _mark_text(mark_parameter, mark, b"Name")
            return name in ground.hidden_layers
    return False


def _mark_text(function: Callable[..., int], *arguments: int | bytes) -> str:
    buffer, length = ctypes.create_string_buffer(256), ctypes.c_ulong()
    addresses = (ctypes.addressof(buffer), len(buffer), ctypes.addressof(length))
    if not function(*arguments, *addresses):
        return ""
    return buffer.raw[: max(length.value - 2, 0)].decode("utf-16-le", "replace")


def _struck_boxes(page: pypdfium2.PdfPage) -> Iterator[Box]:
    """Yield the middle lines of what annotations strike out."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_STRIKEOUT:
            quads = pdfium.FS_QUADPOINTSF()
            for number in range(pdfium.FPDFAnnot_CountAttachmentPoints(annotation)):
                pdfium.FPDFAnnot_GetAttachmentPoints(annotation, number, quads)
                xs = (quads.x1, quads.x2, quads.x3, quads.x4)
                ys = (quads.y1, quads.y2, quads.y3, quads.y4)
                middle = (min(ys) + max(ys)) / 2
                yield min(xs), middle, max(xs), middle
        pdfium.FPDFPage_CloseAnnot(annotation)


def _struck(glyphs: Glyphs, line: RawLine, strokes: Sequence[Box]) -> Iterator[int]:
    """Yield the indexes of the letters of a line through whose middle a stroke goes.

    The stroke begins and ends with letters: an axis or a fraction bar does not.
    """
    if line.height is None:
        return
    left, right = line.left - _BEYOND, line.right + _BEYOND
    lowest, highest = 2 * line.height, 2 * (line.height + _MOST_ABOVE)
    near = [
        box
        for box in strokes
        if lowest < box[1] + box[3] < highest and left < box[0] < box[2] < right
    ]
    if near:
        top = _top(glyphs, line)
        near = [box for box in near if (box[1] + box[3]) / 2 < top]
    if not near:
        return
    boxes = [
        (line.start + offset, letter.isalnum(), glyphs.box(line.start + offset))
        for offset, letter in enumerate(line.part)
        if not letter.isspace()
    ]
    for left, bottom, right, top in near:
        height = (bottom + top) / 2
        over = [each for each in boxes if left <= (each[2][0] + each[2][2]) / 2 <= right]
        letters = [box for _, is_letter, box in over if is_letter]
        through = sum(_LOW < (height - box[1]) / max(box[3] - box[1], 1) < _HIGH for box in letters)
        if through >= _FEWEST and through > _MOST * len(letters):
            yield from (index for index, _, _ in over)


def _top(glyphs: Glyphs, line: RawLine) -> float:
    """Return the height below which all letters of a line end, measured on some of them."""
    base = line.height or 0.0
    offsets = [offset for offset, letter in enumerate(line.part) if letter.isalnum()]
    tops = (glyphs.box(line.start + offset)[3] for offset in offsets[::_EVERY])
    return base + _TALLER * (max(tops, default=base) - base)
