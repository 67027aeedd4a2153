"""UTF-16 and UTF-32 without a byte order mark."""

from __future__ import annotations

from collections import Counter

_HEAD = 4096
_ENCODINGS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_PUNCTUATION = frozenset("\u3001\u3002\uff0c\uff1a")
_TEXT = 0.95
_BLOCK = 0.8
_FEWEST = 8  # characters by which a file is judged


def wide_encoding(content: bytes) -> str | None:
    """Return `utf-16-le` or its like for such text without a byte order mark, else `None`.

    Such a text is recognized by what all texts have: spaces, line ends or digits, which have a zero
    byte, or the full stops and commas of Chinese and Japanese; and by its letters, nearly all of
    which are of one script.
    """
    head = content[:_HEAD]
    head = head[: len(head) - len(head) % 4] if len(head) >= 4 else head
    if b"\x00" not in head and not _has_wide_stops(head):
        return None
    for encoding in _ENCODINGS:
        try:
            text = head.decode(encoding)
        except UnicodeDecodeError:
            text = _without_half(head, encoding)
        if _is_text(text):
            return encoding
    return None


def _has_wide_stops(head: bytes) -> bool:
    return any(stop.encode(each) in head for stop in _PUNCTUATION for each in _ENCODINGS[2:])


def _without_half(head: bytes, encoding: str) -> str:
    """Return the text without a surrogate that the cut has split, '' if that is not all."""
    try:
        return head[:-2].decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_text(text: str) -> bool:
    readable = sum(char.isprintable() or char.isspace() for char in text)
    if len(text) < _FEWEST or readable < _TEXT * len(text):
        return False
    if not any(char in " \n\t" or char in _PUNCTUATION for char in text):
        return False
    scripts = Counter(_script(char) for char in text if char.isalpha())
    letters = scripts.total()
    common = sum(count for _, count in scripts.most_common(2))
    return text.isascii() or (letters * 4 > len(text) and common >= _BLOCK * letters)


def _script(letter: str) -> int:
    """Return a number for the script of a letter; all ideographs are one, as is the kana."""
    code = ord(letter)
    if 0x4E00 <= code <= 0x9FFF:
        return 0x4E00
    if 0xAC00 <= code <= 0xD7A3:
        return 0xAC00
    return code >> 8 if code > 0x24F else 0
