"""Compound files ([MS-CFB]): the streams of office files from before 2007."""

from __future__ import annotations

import struct

_FREE = 0xFFFFFFFA  # this number of a sector and those above it end a chain
_ROOT_KIND, _STREAM_KIND = 5, 2
_ENTRY_BYTES = 128
_DIFAT_IN_HEADER = 109


def read_stream(content: bytes, names: tuple[str, ...]) -> bytes:
    """Return the first stream with one of these names, b'' if there is none.

    Raises `ValueError` or `struct.error` for a broken file.
    """
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    small_size = 1 << struct.unpack_from("<H", content, 32)[0]
    first_folder, _, least, first_small, _, first_more, more = struct.unpack_from(
        "<IIIIIII", content, 48
    )
    tables = [*struct.unpack_from(f"<{_DIFAT_IN_HEADER}I", content, 76)]
    for _ in range(min(more, len(content) // size)):
        part = struct.unpack_from(f"<{size // 4}I", content, (first_more + 1) * size)
        tables += part[:-1]
        first_more = part[-1]
    following = [
        sector
        for table in tables
        if table < _FREE
        for sector in struct.unpack_from(f"<{size // 4}I", content, (table + 1) * size)
    ]
    folder = _chain(content[size:], first_folder, following, size)
    root = b""
    for at in range(0, len(folder), _ENTRY_BYTES):
        entry = folder[at : at + _ENTRY_BYTES]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, length - 2)].decode("utf-16-le", "replace")
        start, bytes_in_all = struct.unpack_from("<II", entry, 116)
        if entry[66] == _ROOT_KIND:
            root = _chain(content[size:], start, following, size)
        elif entry[66] == _STREAM_KIND and name in names:
            if bytes_in_all >= least:
                return _chain(content[size:], start, following, size)[:bytes_in_all]
            table = _chain(content[size:], first_small, following, size)
            small = struct.unpack(f"<{len(table) // 4}I", table)
            return _chain(root, start, small, small_size)[:bytes_in_all]
    return b""


def _chain(sectors: bytes, first: int, following: tuple[int, ...] | list[int], size: int) -> bytes:
    """Return the sectors from the first one on, one after the other."""
    parts: list[bytes] = []
    sector = first
    while sector < _FREE:
        if len(parts) > len(following):
            raise ValueError("a chain of sectors is a circle")
        parts.append(sectors[sector * size : (sector + 1) * size])
        sector = following[sector] if sector < len(following) else _FREE
    return b"".join(parts)
