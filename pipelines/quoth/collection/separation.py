"""How well an embedder separates the texts of each language, as it was measured in a collection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from quoth.system import read_column

SEPARATIONS = "separations"
"""The key of the measurements in a collection's `meta`."""


@dataclass(frozen=True, slots=True)
class Separation:
    """How well each side finds the chunk from which a sentence was cut, in one language.

    `dense` and `keyword` are mean reciprocal ranks over `probes` sentences; `chunks` is the number
    of chunks in the language when they were measured; `analyser` is the fingerprint of the analyser
    that made their words.
    """

    dense: float
    keyword: float
    probes: int
    chunks: int
    analyser: str = ""

    @property
    def trust(self) -> float:
        """The factor on the weight of the dense side, from 0 to 1.

        It is the square of the ratio of both sides, and 1 where the dense side is not worse: fused
        systems are best weighted by a power of their performance (Wu, Bi and Zeng 2009).
        """
        return min(1.0, self.dense / self.keyword) ** 2 if self.keyword else 1.0


def read_separations(value: str | None) -> dict[str, Separation]:
    """Return the measurement of each language (ISO 639-1) from its form in `meta`."""
    return {code: Separation(**fields) for code, fields in read_column(value or "{}").items()}


def write_separations(separations: Mapping[str, Separation]) -> str:
    """Return the measurements in their form for `meta`."""
    return json.dumps({code: asdict(value) for code, value in separations.items()})
