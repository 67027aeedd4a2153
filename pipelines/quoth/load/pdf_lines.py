"""The lines of PDFium's text of a page, put right: ligatures, hyphens, raised signs, torn lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from quoth.load.clean import clean
from quoth.load.pdf_glyphs import Glyphs

LIGATURES = {"ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02", "ffi": "\ufb03", "ffl": "\ufb04"}
_LIGATURE = re.compile("ff?[il]|ff")
_HYPHEN = re.compile("[\ufffe\x02]")
_DASH = re.compile("[\ufffe\x02—–−-]")
_DASH_BEFORE_MORE = re.compile("(?:[\ufffe\x02—–−]|(?<=\\s)-)\\s*(?=\\S)")
_BLANKS = re.compile(r"(?<=\S) {2,}(?=\S)")
_NEXT_LINE = 2.0
_SAME_HEIGHT = 1.0
_MOST_RISE = 8.0
_SMALLER = 0.9
_LONGEST_SIGN = 5
_SIGN_GAP = 4.0
# Figures that may be raised or lowered: at the end of words of letters and figures, of whole
# numbers, and of numbers with too many figures behind a comma; or on their own behind a word.
_MAY_HANG = re.compile(
    r"(?<![^\W\d_])[^\W\d_][^\W_]*\d|(?<![\d.,])\d{2,}(?![\d.,])|\d,\d{4,5}(?!\d)"
    r"|(?P<apart>(?<=\S) \d{1,2}(?=$|\s|[.,;)](?!\d))|(?<=[.,;:)%\u201d\u2019])\d{1,2}(?![\d.,%]))"
)
_FIGURES = re.compile(r"\d+")
_SIGN_APART = re.compile("(?<=\\S) (?=[\u2070-\u208e\u00b2\u00b3\u00b9]+(?:\\W|$))")
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


class RawLine(NamedTuple):
    """A line of PDFium's text.

    `start` is the index of its first character, `part` the text as PDFium gives it, `text` the text
    put right. `height` is that of its base line, `left` and `right` are where its ink begins and
    ends; `last_height` is that of the last character. Without them the places are unknown: PDFium
    counted characters differently.
    """

    start: int
    part: str
    text: str
    size: float = 0.0
    bold: bool = False
    height: float | None = None
    last_height: float = 0.0
    left: float = 0.0
    right: float = 0.0


def read_lines(glyphs: Glyphs, raw: str, count: int, *, ligatures: bool) -> list[RawLine]:
    """Return the lines of PDFium's text `raw`, which has `count` characters in its own counting."""
    indexed = len(raw) == count
    shown = _HYPHEN.sub("-", raw).replace("\r\n", "\n")
    is_clean = clean(shown) == shown
    lines: list[RawLine] = []
    position = 0
    for part in raw.split("\r\n"):
        if indexed:
            for start, end in _printed_spans(glyphs, part, position):
                lines += _read(
                    glyphs, part[start:end], position + start, ligatures, is_clean=is_clean
                )
        else:
            text = clean(_HYPHEN.sub("-", part)).rstrip()
            lines += [RawLine(position, part, text)] if text else []
        position += len(part) + 2
    return lines


def _printed_spans(glyphs: Glyphs, part: str, position: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a part that are printed on one line.

    PDFium joins the next line where a line ends with a dash, which it takes for a hyphen.
    """
    begin = 0
    for match in _DASH_BEFORE_MORE.finditer(part) if _DASH.search(part) else ():
        before, after = (
            glyphs.origin(position + match.start() - 1),
            glyphs.origin(position + match.end()),
        )
        if before and after and abs(before[1] - after[1]) > _NEXT_LINE:
            yield begin, match.start() + 1
            begin = match.start() + 1
    yield begin, len(part)


def _read(
    glyphs: Glyphs, part: str, position: int, ligatures: bool, *, is_clean: bool
) -> list[RawLine]:
    """Return a part as a line, an empty list if nothing is printed."""
    if not part.strip():
        return []
    part = _restore_raised(glyphs, _HYPHEN.sub("-", part), position)
    first = position + len(part) - len(part.lstrip())
    last = position + len(part.rstrip()) - 1
    origin, last_origin = glyphs.origin(first), glyphs.origin(last)
    text = _restore_ligatures(glyphs, part, position) if ligatures and "f" in part else part
    if not text.isascii():
        text = _SIGN_APART.sub("", text)
    text = text.rstrip() if is_clean else clean(text).rstrip()
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    line = RawLine(
        position,
        part,
        text,
        glyphs.size(first),
        glyphs.is_bold(first),
        origin[1] if origin else None,
        last_origin[1] if last_origin else 0.0,
        *glyphs.span(first, last),
    )
    return [line] if text else []


def _restore_ligatures(glyphs: Glyphs, part: str, position: int) -> str:
    """Return the part with ligatures, which PDFium splits into letters of the same origin."""

    def restore(match: re.Match[str]) -> str:
        indexes = range(position + match.start(), position + match.end())
        return _join_ligature(match[0], [glyphs.origin(index) for index in indexes])

    return _LIGATURE.sub(restore, part)


def _join_ligature(letters: str, origins: list[tuple[float, float] | None]) -> str:
    """Return letters, with those of the same origin joined to a ligature."""
    if len(set(origins)) == 1:
        return LIGATURES[letters]
    if len(letters) == 3 and origins[1] == origins[2]:
        return letters[0] + LIGATURES[letters[1:]]
    if len(letters) == 3 and origins[0] == origins[1]:
        return LIGATURES[letters[:2]] + letters[2]
    return letters


def join_torn(lines: list[RawLine]) -> list[list[RawLine]]:
    """Return the lines in groups, of which each is one printed line.

    PDFium begins a new line after a raised sign, and between columns of different height.
    """
    groups: list[list[RawLine]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _goes_on(group: list[RawLine], line: RawLine) -> bool:
    base, before = group[0].height, group[-1]
    if base is None or line.height is None or line.left < before.right - 1:
        return False
    same = any(abs(base - height) < _SAME_HEIGHT for height in (line.height, line.last_height))
    return same or is_raised(line, before, base)


def is_raised(line: RawLine, before: RawLine, base: float) -> bool:
    """Whether a line of PDFium's is a raised or lowered sign right after another."""
    if line.height is None or len(line.text.strip()) > _LONGEST_SIGN:
        return False
    off = abs(line.height - base)
    return _SAME_HEIGHT <= off < _MOST_RISE and line.left - before.right < _SIGN_GAP


def join_line(group: list[RawLine]) -> str:
    """Return the text of a printed line; a raised sign is joined to the word before it."""
    text = group[0].text
    for before, line in pairwise(group):
        piece = line.text.strip()
        if group[0].height is not None and is_raised(line, before, group[0].height):
            text += piece.translate(_RAISED) if (line.height or 0) > group[0].height else piece
        else:
            text = f"{text.rstrip()} {piece}"
    return text


def _restore_raised(glyphs: Glyphs, part: str, position: int) -> str:
    """Return the part with raised and lowered figures as such: `m\u00b2`, not `m2`.

    Every figure stays where it is in PDFium's text, so the indexes of the others hold.
    """

    def restore(match: re.Match[str]) -> str:
        start = position + match.start() - (match["apart"] is not None)
        if glyphs.size(position + match.end() - 1) >= _SMALLER * glyphs.size(start):
            return match[0]
        letters = list(match[0])
        for index in range(len(letters) - 1, -1, -1):
            rise = (
                0.0
                if letters[index] == " "
                else _rise(glyphs, start, position + match.start() + index)
            )
            if not rise:
                break
            letters[index] = letters[index].translate(_RAISED if rise > 0 else _LOWERED)
        return "".join(letters)

    return _MAY_HANG.sub(restore, part) if _has_small_figure(glyphs, part, position) else part


def _has_small_figure(glyphs: Glyphs, part: str, position: int) -> bool:
    """Whether a figure is smaller than the first one of its number, or than what is before it."""
    for match in _FIGURES.finditer(part):
        start, last = match.start(), match.end() - 1
        before = max(len(part[:start].rstrip()) - 1, 0)
        size = glyphs.size(position + last)
        for base in {start, before, part.rfind(" ", 0, start) + 1}:
            if base != last and size < _SMALLER * glyphs.size(position + base):
                return True
    return False


def _rise(glyphs: Glyphs, base: int, index: int) -> float:
    """Return how far a small character is above the base character, 0.0 if it is no sign."""
    if glyphs.size(index) >= _SMALLER * glyphs.size(base):
        return 0.0
    before, after = glyphs.origin(base), glyphs.origin(index)
    rise = after[1] - before[1] if before and after else 0.0
    return rise if _SAME_HEIGHT <= abs(rise) < _MOST_RISE else 0.0
