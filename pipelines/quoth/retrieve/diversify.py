"""Maximal marginal relevance: what is good, and is not said already (Carbonell, Goldstein 1998)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def diverse(
    scores: Sequence[float], vectors: NDArray[np.float32], *, k: int, diversity: float
) -> list[tuple[int, float]]:
    """Return (index, value) of the `k` that are worth most beside those before them.

    `vectors` has a row of unit length for each score. A value is the score, brought to 0 to 1,
    times 1 - `diversity`, less `diversity` times the cosine with the nearest one chosen before.
    Values never rise from one to the next.
    """
    given = np.asarray(scores, np.float32)
    if not len(given):
        return []
    spread = float(given.max() - given.min())
    worth = (given - given.min()) / spread if spread else np.ones_like(given)
    nearest = np.zeros(len(given), np.float32)
    left = np.ones(len(given), bool)
    chosen: list[tuple[int, float]] = []
    for _ in range(min(k, len(given))):
        values = np.where(left, (1 - diversity) * worth - diversity * nearest, -np.inf)
        at = int(np.argmax(values))
        chosen.append((at, float(values[at])))
        left[at] = False
        nearest = np.maximum(nearest, vectors @ vectors[at])
    return chosen
