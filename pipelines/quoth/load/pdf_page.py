"""One page of a PDF as PDFium reads it: lines with offset and font, and what stands beside them."""

from __future__ import annotations

import ctypes
import re
import statistics
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.load.clean import clean
from quoth.load.pdf_annotations import Beside, read_beside

LIGATURES = {"ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02", "ffi": "\ufb03", "ffl": "\ufb04"}
_CHANGED = re.compile("ff?[il]|ff|[\ufffe\x02]")
_HYPHEN = re.compile("[\ufffe\x02]")
_BOLD_WEIGHT = 450
_PARAGRAPH_GAP = 1.35


@dataclass(frozen=True, slots=True)
class Line:
    """A line, its offset in the text of the page, and its font; size 0 if unknown."""

    start: int
    text: str
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class PageText:
    """The final text of a page, and its lines if they are known.

    `ocr` is the engine that recognized the text, empty where the file holds it.
    """

    text: str
    lines: list[Line] = field(default_factory=list)
    beside: Beside = field(default_factory=Beside)
    ocr: str = ""


def has_ligatures(text: str) -> bool:
    """Return whether a text holds one of the ligatures that PDFium takes apart."""
    return any(ligature in text for ligature in LIGATURES.values())


def read_page(page: pypdfium2.PdfPage, *, ligatures: bool = True) -> PageText:
    """Return the text of a page, paragraphs set off by empty lines.

    Form fields and comments come at the end.

    With `ligatures`, letters drawn as one glyph become one character (`\ufb01`); PDFium does not
    report whether the file spells them so.
    """
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        raw = textpage.get_text_range() if count > 0 else ""
        lines = _lines(textpage.raw, raw, count, ligatures)
    finally:
        textpage.close()
    beside = read_beside(page)
    comments = [f"Comment: {comment}" for comment in beside.comments]
    blocks = ("\n".join(line.text for line in lines), "\n".join(beside.fields), "\n".join(comments))
    text = "\n\n".join(filter(None, blocks))
    placed: list[Line] = []
    start = 0
    for line in lines:
        if line.text:
            placed.append(Line(start, line.text, line.size, line.bold))
        start += len(line.text) + 1
    return PageText(text if text.strip() else "", placed, beside)


def _lines(textpage: object, raw: str, count: int, ligatures: bool) -> list[Line]:
    """Split PDFium's text at its line ends; an empty line ends a paragraph."""
    indexed = len(raw) == count  # otherwise PDFium counts characters differently
    measured: list[tuple[Line, float | None]] = []
    position = 0
    for part in raw.split("\r\n"):
        text = _clean_line(textpage, part, position, indexed, ligatures).rstrip()
        if text.strip():
            size, bold, height = 0.0, False, None
            if indexed:
                first = position + len(part) - len(part.lstrip())
                size = round(pdfium.FPDFText_GetFontSize(textpage, first), 1)
                bold = _is_bold(textpage, first)
                origin = _origin(textpage, first)
                height = origin[1] if origin else None
            measured += [(Line(0, each, size, bold), height) for each in text.split("\n")]
        position += len(part) + 2
    return _insert_gaps(measured)


def _is_bold(textpage: object, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(textpage, index) > _BOLD_WEIGHT:
        return True
    name, flags = ctypes.create_string_buffer(80), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(textpage, index, name, len(name), flags)
    return b"bold" in name.value.lower()


def _clean_line(textpage: object, part: str, position: int, indexed: bool, ligatures: bool) -> str:
    """Clean a line, and undo PDFium's changes to it.

    PDFium marks hyphens at the end of printed lines with U+FFFE or U+0002 and joins the next line.
    It splits Latin ligatures into letters, which then have the same origin.
    """

    def restore(match: re.Match[str]) -> str:
        start, end = position + match.start(), position + match.end()
        if match[0] in LIGATURES:
            origins = [_origin(textpage, index) for index in range(start, end)]
            return _join_ligature(match[0], origins)
        before, after = _origin(textpage, start - 1), _origin(textpage, end)
        return "-\n" if before and after and abs(before[1] - after[1]) > 2 else "-"

    if indexed:
        return clean((_CHANGED if ligatures else _HYPHEN).sub(restore, part))
    return clean(part.replace("\ufffe", "-").replace("\x02", "-"))


def _join_ligature(letters: str, origins: list[tuple[float, float] | None]) -> str:
    """Return letters, with those of the same origin joined to a ligature."""
    if len(set(origins)) == 1:
        return LIGATURES[letters]
    if len(letters) == 3 and origins[1] == origins[2]:
        return letters[0] + LIGATURES[letters[1:]]
    if len(letters) == 3 and origins[0] == origins[1]:
        return LIGATURES[letters[:2]] + letters[2]
    return letters


def _origin(textpage: object, index: int) -> tuple[float, float] | None:
    """Return where a character is drawn, `None` if PDFium does not know."""
    x, y = ctypes.c_double(), ctypes.c_double()
    is_known = index >= 0 and pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
    return (x.value, y.value) if is_known else None


def _insert_gaps(measured: list[tuple[Line, float | None]]) -> list[Line]:
    """Insert an empty line where the distance between two lines is clearly above the usual."""
    heights = [height for _, height in measured]
    steps = [
        above - below
        for above, below in pairwise(heights)
        if above is not None and below is not None and above - below > 1
    ]
    usual = statistics.median(steps) if len(steps) >= 3 else 0.0
    lines: list[Line] = []
    for number, (line, height) in enumerate(measured):
        above = heights[number - 1] if number else None
        if usual and above is not None and height is not None:
            step = above - height
            if step > _PARAGRAPH_GAP * usual or step < -2 * usual:
                lines.append(Line(0, "", 0.0, False))
        lines.append(line)
    return lines


def shows_only_images(page: pypdfium2.PdfPage) -> bool:
    """Return whether the page has images, and neither text nor forms that could hold text."""
    kinds = {item.type for item in page.get_objects(max_depth=2)}
    texts = {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_FORM}
    return pdfium.FPDF_PAGEOBJ_IMAGE in kinds and not kinds & texts
