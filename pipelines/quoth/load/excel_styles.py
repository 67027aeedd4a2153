"""How a workbook shows its cells: number formats, struck-out fonts, and texts of several looks."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quoth.load.archive import Archive, attribute, local_name, parse_xml
from quoth.load.number_format import (
    BUILT_IN,
    format_number,
    format_partial_date,
    is_date,
    is_partial_date,
)
from quoth.load.raised import lower_text, raise_text

_STYLES, _STRINGS, _WORKBOOK = "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_EPOCH = datetime.datetime(1899, 12, 30)
_EPOCH_1904 = datetime.datetime(1904, 1, 1)
_PLAIN = ("", "General", "@", "GENERAL", "general")
_INLINE = re.compile(
    rb'<c\s(?=[^>]*?\br="([A-Z]+)(\d+)")[^>]*?\bt="inlineStr"[^>]*>(<is>.*?</is>)', re.S
)
_LOOKS = re.compile(rb"vertAlign|<(?:\w+:)?strike")
_MOST_DAYS = 2_958_465  # the last day of year 9999


@dataclass(frozen=True, slots=True)
class CellStyles:
    """The formats of numbers by the number of a style, and the styles that strike their text out.

    Dates are shown in ISO 8601, so their formats are kept only where they leave day, month or year
    out; these styles are `dates`.
    """

    formats: Mapping[int, str] = field(default_factory=dict)
    dates: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    epoch: datetime.datetime = _EPOCH

    def show(self, style: int, raw: bytes) -> str | None:
        """Return a number as its style shows it; `None` if it is shown as it is."""
        try:
            return self.show_number(style, float(raw))
        except ValueError:
            return None

    def show_number(self, style: int, value: float) -> str | None:
        """Return a value as its style shows it; `None` if it is shown as it is."""
        code = self.formats[style]
        if style not in self.dates:
            return format_number(value, code)
        if not 0 <= value <= _MOST_DAYS:
            return None
        return format_partial_date(self.epoch + datetime.timedelta(days=int(value)), code)


def cell_styles(
    codes: Mapping[int, str],
    used: Sequence[int],
    *,
    struck: frozenset[int] = frozenset(),
    is_1904: bool = False,
) -> CellStyles:
    """Return the styles of a workbook.

    `codes` are its own formats by their number, `used` the number of the format of each style, and
    `is_1904` is whether its days count from 1904.
    """
    codes = {**BUILT_IN, **codes}
    formats = {
        number: code
        for number, each in enumerate(used)
        if (code := codes.get(each, "")) not in _PLAIN
        and (not is_date(code) or is_partial_date(code))
    }
    dates = frozenset(number for number, code in formats.items() if is_date(code))
    return CellStyles(formats, dates, struck, _EPOCH_1904 if is_1904 else _EPOCH)


def read_cell_styles(archive: Archive) -> CellStyles:
    """Return the styles of a workbook's cells."""
    if _STYLES not in archive:
        return CellStyles()
    root = archive.xml(_STYLES)
    codes = {
        int(attribute(each, "numFmtId")): attribute(each, "formatCode")
        for each in root.iter()
        if local_name(each) == "numFmt" and attribute(each, "numFmtId").isdigit()
    }
    fonts = [_is_struck(font) for font in _children(root, "fonts")]
    styles = _children(root, "cellXfs")
    fonts_used = (_integer(style, "fontId") for style in styles)
    return cell_styles(
        codes,
        [_integer(style, "numFmtId") for style in styles],
        struck=frozenset(
            number for number, font in enumerate(fonts_used) if font < len(fonts) and fonts[font]
        ),
        is_1904=_is_1904(archive),
    )


def read_rich_texts(archive: Archive, unread: Counter[str]) -> dict[int, str]:
    """Return the shared texts, by number, that have raised, lowered or struck-out parts."""
    if _STRINGS not in archive or not _LOOKS.search(content := archive.read(_STRINGS)):
        return {}
    texts = {}
    for number, item in enumerate(parse_xml(content, _STRINGS)):
        if any(local_name(each) in ("vertAlign", "strike") for each in item.iter()):
            texts[number] = "".join(_shown_runs(item, unread))
    return texts


def find_rich_cells(sheet: bytes, unread: Counter[str]) -> Iterator[tuple[bytes, bytes, str]]:
    """Yield column letters, row number and text of such cells whose text is in the sheet itself."""
    if _LOOKS.search(sheet):
        for match in _INLINE.finditer(sheet):
            if _LOOKS.search(match[3]):
                item = parse_xml(match[3], "A cell")
                yield match[1], match[2], "".join(_shown_runs(item, unread))


def _shown_runs(item: Element, unread: Counter[str]) -> Iterator[str]:
    before = ""
    for run in item:
        text = "".join(each.text or "" for each in run if local_name(each) == "t")
        looks = {local_name(each): each for part in run for each in part}
        script = attribute(looks["vertAlign"], "val") if "vertAlign" in looks else ""
        if "strike" in looks and attribute(looks["strike"], "val") not in ("0", "false"):
            unread["struck-out passage"] += 1
        else:
            if script:
                text = (raise_text if script == "superscript" else lower_text)(text, before)
            before = text[-1:] or before
            yield text


def _is_1904(archive: Archive) -> bool:
    """Whether the days of a workbook count from 1904, as in old Macintosh versions."""
    return any(
        local_name(each) == "workbookPr" and attribute(each, "date1904") in ("1", "true")
        for each in archive.xml(_WORKBOOK)
    )


def _children(root: Element, wanted: str) -> list[Element]:
    return next((list(each) for each in root if local_name(each) == wanted), [])


def _is_struck(font: Element) -> bool:
    return any(
        local_name(each) == "strike" and attribute(each, "val") not in ("0", "false")
        for each in font
    )


def _integer(element: Element, name: str) -> int:
    value = attribute(element, name)
    return int(value) if value.isdigit() else 0
