"""Plain text in any encoding, and source code."""

from __future__ import annotations

import codecs
from collections import Counter
from pathlib import Path

from quoth.errors import CorruptDocumentError
from quoth.load.clean import clean
from quoth.load.contract import LoadOptions
from quoth.load.encodings import guess_encoding, is_plausible
from quoth.load.opaque import without_encoded, without_minified
from quoth.load.wide import wide_encoding
from quoth.types import Document, Page

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
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
# Their bytes are all of ASCII, so that they are UTF-8 as well.
_SEVEN_BITS = ("utf-7", "unicode-1-1-utf-7", "hz-gb-2312", "iso-2022-kr", "iso-2022-jp")


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
    narrow = declared.lower() if declared.lower() in _SEVEN_BITS else ""
    if not narrow and b"\x1b$" in content[:_SAMPLE]:
        narrow = "iso2022_jp"
    for encoding in (narrow, "utf-8") if narrow else ("utf-8",):
        text = _decoded(content, encoding)
        if text is not None:
            return text
    if _is_damaged_utf8(content):
        return content.decode("utf-8", "replace")
    meant = _MEANT.get(declared.lower(), declared)
    if not (meant and is_plausible(content, meant)):
        meant = guess_encoding(content) or meant
    text = _decoded(content, meant)
    if text is None:
        text = _decoded(content, _detected(content))
    if text is None and b"\x00" in content[:_SAMPLE]:
        raise CorruptDocumentError(f"{name} is binary data, not text.")
    return content.decode("cp1252", "replace") if text is None else text


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return None


def _is_damaged_utf8(content: bytes) -> bool:
    """Return whether bytes are UTF-8 with a few errors: valid long sequences are no accident."""
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return good > 10 * bad


def _detected(content: bytes) -> str:
    """Return the encoding of bytes in a language that we have no alphabet of, '' if unknown."""
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_SAMPLE]).best()
    return best.encoding if best is not None else ""


def read_text(path: Path) -> str:
    """Return a file's content as text, not yet cleaned."""
    return decode(path.read_bytes(), name=path.name)


def load_text(path: Path, options: LoadOptions) -> Document:
    """Return a text file; each form feed starts a new page."""
    unread: Counter[str] = Counter()
    parts = read_text(path).split("\f")
    while len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    pages = tuple(
        Page(number, without_encoded(clean(part), unread)) for number, part in enumerate(parts, 1)
    )
    return Document(str(path), path.stem, "text", pages, unread=unread)


def load_code(path: Path, options: LoadOptions) -> Document:
    """Return source code or a configuration file, verbatim, as one page."""
    unread: Counter[str] = Counter()
    text = without_minified(without_encoded(clean(read_text(path)), unread), unread)
    return Document(str(path), path.name, "code", (Page(1, text),), unread=unread)
