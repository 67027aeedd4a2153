"""The vectors of a collection in one file, which every process that searches maps into memory.

The file follows the store. Its header names a state, which the store records too, after the file.
It also names the state before the last change, so that a process which reads the store as it was
then finds its rows: they are only added at the end, or blanked when their chunks are removed.
"""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from quoth.errors import CollectionError
from quoth.system import stage_file
from quoth.types import Vectors

_HEADER = struct.Struct("<8s16sQ16sQQ")
_MAGIC = b"quothvec"
_BLANK = 0
_MOST_BLANK = 4
"""The share of blank rows, as 1 in so many, from which the file is written anew."""

Batch = tuple[Sequence[int], Vectors]
"""Chunk ids and their vectors, a row each."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file: an id and a vector each. A removed chunk has the id 0."""

    ids: NDArray[np.int64]
    vectors: Vectors


class VectorFile:
    """Vectors by chunk id. The methods that write are for the holder of the collection's lock.

    They return the new state, and raise `CollectionError` when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, state: str) -> Rows | None:
        """Map the rows; `None` if the file is not in this state, or is damaged or gone."""
        try:
            with self.path.open("rb") as file:
                width, counts = _read_header(file)
                count = counts.get(state)
                if count is None or os.fstat(file.fileno()).st_size < _size(width, count):
                    return None
                if not count:
                    return Rows(np.zeros(0, np.int64), np.zeros((0, width), np.float32))
                rows = np.memmap(file, _row(width), "r", offset=_HEADER.size, shape=(count,))
        except (OSError, ValueError):
            return None
        return Rows(np.asarray(rows["id"]), np.asarray(rows["vector"]))

    def write(self, batches: Iterable[Batch]) -> str:
        """Write the file anew with these vectors."""
        with stage_file(self.path) as part, part.open("wb") as file:
            file.write(b"\0" * _HEADER.size)
            width = count = 0
            for ids, vectors in batches:
                width, count = vectors.shape[1], count + len(ids)
                file.write(_pack(ids, vectors))
            return _write_header(file, width, count, ("", 0))

    def change(self, state: str, removed: Sequence[int], added: Iterable[Batch]) -> str | None:
        """Blank the rows of `removed` and append `added`.

        Returns `None` where the file has to be written anew: it is not in this state, the vectors
        have another width, or many rows would be blank.
        """
        rows = self.read(state)
        if rows is None:
            return None
        blank = np.isin(rows.ids, [_BLANK, *removed]) if removed else np.zeros(0, bool)
        if _MOST_BLANK * np.count_nonzero(blank) > len(blank):
            return None
        before, width = rows.vectors.shape
        count = before
        try:
            with self.path.open("r+b") as file:
                for number in np.flatnonzero(blank):
                    file.seek(_size(width, int(number)))
                    file.write(_BLANK.to_bytes(8, "little"))
                file.seek(_size(width, count))
                for ids, vectors in added:
                    if vectors.shape[1] != width:
                        return None
                    file.write(_pack(ids, vectors))
                    count += len(ids)
                file.truncate()
                return _write_header(file, width, count, (state, before))
        except OSError as error:
            raise CollectionError(
                f"{self.path} cannot be written: {error.strerror or error}.",
                hint="Make room or choose another folder, and run the same command again.",
            ) from error


def _read_header(file: BinaryIO) -> tuple[int, dict[str, int]]:
    """Return the width of a vector, and the number of rows in each state, or raise `ValueError`."""
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        raise ValueError("This is no file of vectors.")
    _, state, count, earlier, earlier_count, width = _HEADER.unpack(header)
    counts = {earlier.rstrip(b"\0"): earlier_count, state: count}
    return width, {name.decode("ascii"): rows for name, rows in counts.items() if name}


def _write_header(file: BinaryIO, width: int, count: int, earlier: tuple[str, int]) -> str:
    """Write the header of a new state, after the rows are on the disk."""
    file.flush()
    os.fsync(file.fileno())
    state = secrets.token_hex(8)
    name, earlier_count = earlier
    file.seek(0)
    fields = state.encode("ascii"), count, name.encode("ascii"), earlier_count, width
    file.write(_HEADER.pack(_MAGIC, *fields))
    return state


def _pack(ids: Sequence[int], vectors: Vectors) -> bytes:
    rows = np.empty(len(ids), _row(vectors.shape[1]))
    rows["id"], rows["vector"] = ids, vectors
    return rows.tobytes()


def _row(width: int) -> np.dtype[np.void]:
    return np.dtype([("id", "<i8"), ("vector", "<f4", (width,))])


def _size(width: int, count: int) -> int:
    return _HEADER.size + count * _row(width).itemsize
