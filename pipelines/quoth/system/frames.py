"""Length-prefixed messages on a pipe between two processes."""

from __future__ import annotations

import struct
from typing import BinaryIO

_LENGTH = struct.Struct("!Q")


def write_frame(pipe: BinaryIO, body: bytes) -> None:
    """Write one message."""
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes | None:
    """Read one message; `None` when the other process has ended."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return None if len(body) < length else body
