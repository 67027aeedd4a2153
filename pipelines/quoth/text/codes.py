"""Analysed words as 32-bit codes, so that a search scores chunks without reading their text."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def pack(words: Iterable[str]) -> bytes:
    """Encode words as 32-bit codes in order, for storage."""
    return np.array([encode_word(word) for word in words], np.uint32).tobytes()


@lru_cache(maxsize=200_000)
def encode_word(word: str) -> int:
    """Return the 32-bit code of an analysed word; collisions are about one in four billion."""
    return zlib.crc32(word.encode())


def unpack(packed: bytes) -> NDArray[np.uint32]:
    """Decode the codes that `pack` encoded."""
    return np.frombuffer(packed, np.uint32)
