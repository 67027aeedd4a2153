"""Token ids of many texts → batches that fill the machine and waste little on padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
_STEP = 16


def batches(lengths: Sequence[int], *, tokens: int) -> Iterator[list[int]]:
    """Yield the indices of texts that go together, the longest first.

    A batch has at most `tokens` tokens with its padding, or is a single text.
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    start = 0
    while start < len(order):
        size = max(1, tokens // width(lengths[order[start]]))
        yield order[start : start + size]
        start += size


def width(length: int) -> int:
    """Return the width of a batch whose longest text has `length` tokens.

    Engines prepare for each shape that they meet, so there are only a few.
    """
    return -(-length // _STEP) * _STEP


def padded(rows: Sequence[Ids]) -> tuple[Ids, Ids]:
    """Return (token ids, attention mask), a row each, as wide as `width` says."""
    shape = (len(rows), width(max(len(row) for row in rows)))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask
