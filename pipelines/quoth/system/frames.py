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
    length = read_length(pipe)
    return None if length is None else read_body(pipe, length)


def read_length(pipe: BinaryIO) -> int | None:
    """Read the length of the next message; `None` when the other process has ended."""
    head = pipe.read(_LENGTH.size)
    return int(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else None


def read_body(pipe: BinaryIO, length: int) -> bytes | None:
    """Read a message of this length; `None` when the other process has ended."""
    body = pipe.read(length)
    return None if len(body) < length else body
