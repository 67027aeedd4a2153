"""The records that an XLS consists of ([MS-XLS], 2.1.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_BOF, _EOF = 0x809, 0x0A


def records(book: bytes, at: int, *, depth: int = 1) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records of one part of a book, from its beginning to its end.

    Parts inside it, which are charts, are passed over unless `depth` is 2.
    """
    inside = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        inside += (kind == _BOF) - (kind == _EOF)
        if inside <= 0:
            return
        if inside <= depth:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def read_text(body: bytes, *, wide_count: bool = True) -> str:
    """Return a text with its number of characters before it."""
    count = struct.unpack_from("<H" if wide_count else "<B", body)[0]
    return read_characters(body[2 if wide_count else 1 :], count)


def read_characters(body: bytes, count: int) -> str:
    """Return a text of at most `count` characters behind a byte that tells how wide they are."""
    is_wide = body[0] & 1 if body else 0
    text = body[1 : 1 + count * (2 if is_wide else 1)]
    return text.decode("utf-16-le" if is_wide else "latin-1", "replace")
