"""Plain text in any encoding, source code, and RTF."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from quoth.errors import CorruptDocumentError
from quoth.load.clean import clean, tidy
from quoth.load.contract import LoadOptions
from quoth.load.detect import wide_encoding
from quoth.types import Document, Page

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters and signs of Western prose that cp1252 has beyond ASCII.
_USUAL = frozenset(
    "äöüßÄÖÜéèêëàâáîïíôóòùúûçñåæøÅÆØœŒÉÀÇÑ«»…•€£§°©®™¿¡ºª·"
    "\u201c\u201d\u201e\u2019\u2018\u201a\u2013\u2014\u00a0"
)
_SAMPLE = 256 * 1024
# The encodings that programs mean by narrower names (WHATWG Encoding Standard).
_MEANT = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "windows-31j", "ms_kanji"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "korean"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("tis-620", "iso-8859-11"), "cp874"),
    "big5": "big5hkscs",
}
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_JAPANESE = ["cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213"]


def decode(content: bytes, *, declared: str = "", name: str = "The text") -> str:
    """Decode bytes: by byte order mark, as UTF-8, as `declared`, then by a guess.

    Raises `CorruptDocumentError`, with `name` in its message, for binary data.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    wide = wide_encoding(content)
    if wide is not None:
        return content.decode(wide, "replace")
    for encoding in ("iso2022_jp", "utf-8") if b"\x1b$" in content[:_SAMPLE] else ("utf-8",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    if _is_damaged_utf8(content):
        return content.decode("utf-8", "replace")
    for encoding in (_MEANT.get(declared.lower(), declared), _guess_encoding(content)):
        if encoding:
            try:
                return content.decode(encoding)
            except (LookupError, UnicodeDecodeError):
                continue
    if b"\x00" in content[:_SAMPLE]:
        raise CorruptDocumentError(f"{name} is binary data, not text.")
    return content.decode("cp1252", "replace")


def _is_damaged_utf8(content: bytes) -> bool:
    """Return whether bytes are UTF-8 with a few errors: valid long sequences are no accident."""
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(ord(character) > 127 for character in text) - bad
    return good > 10 * bad


def _guess_encoding(content: bytes) -> str:
    """Return the likely encoding of bytes, '' if unknown.

    Short texts in Western languages are ambiguous between dozens of code pages, and a detector
    often picks an exotic one; cp1252, by far the most common, is preferred wherever it gives only
    letters and signs that are usual in prose.
    """
    sample = content[:_SAMPLE]
    try:
        western = sample.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    high = [character for character in western if ord(character) > 127]
    if high and sum(character in _USUAL for character in high) >= 0.9 * len(high):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is not None and len(_HALF_WIDTH.findall(str(best))) > len(str(best)) // 4:
        # Cyrillic in KOI8-R is mistaken for half-width Japanese, which nobody writes.
        best = from_bytes(sample, cp_exclusion=_JAPANESE).best()
    return best.encoding if best is not None else ""


def read_text(path: Path) -> str:
    """Return a file's content as text, not yet cleaned."""
    return decode(path.read_bytes(), name=path.name)


def load_text(path: Path, options: LoadOptions) -> Document:
    """Return a text file; each form feed starts a new page."""
    parts = read_text(path).split("\f")
    while len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    pages = tuple(Page(number, clean(part)) for number, part in enumerate(parts, 1))
    return Document(str(path), path.stem, "text", pages)


def load_code(path: Path, options: LoadOptions) -> Document:
    """Return source code or a configuration file, verbatim, as one page."""
    return Document(str(path), path.name, "code", (Page(1, clean(read_text(path))),))


def load_rtf(path: Path, options: LoadOptions) -> Document:
    """Return the text of an RTF file as one page."""
    from striprtf.striprtf import rtf_to_text

    source = path.read_bytes().decode("latin-1")
    text = tidy(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]
    return Document(str(path), path.stem, "rtf", (Page(1, text),))
