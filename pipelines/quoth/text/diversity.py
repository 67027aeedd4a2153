"""Maximal marginal relevance: the most relevant items that do not repeat one another.

Carbonell and Goldstein, 1998. LangChain's function of that name compares vectors with a query; this
one takes any relevance and any similarity, and can skip items that do not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def diversify(
    relevance: NDArray[Any],
    similarities: Callable[[int], ArrayLike],
    *,
    redundancy: float,
    limit: int | None = None,
    groups: Sequence[int] = (),
    crowding: float = 0.0,
    accepts: Callable[[int], bool] = lambda _: True,
) -> list[tuple[int, float]]:
    """Select at most `limit` items; return (index, value) in the order of selection.

    The value of an item is its relevance, minus `redundancy` times its similarity to the nearest
    selected item, minus `crowding` for each selected item of its group. `similarities` gives the
    similarity of one item to all items. An item that `accepts` refuses is skipped. Items with a
    relevance of minus infinity are never selected. Ties go to the first item.
    """
    nearest = np.zeros_like(relevance)
    crowd = np.zeros(max(groups, default=0) + 1, relevance.dtype)
    group_of = np.asarray(groups if len(groups) else np.zeros(len(relevance)), np.int64)
    waiting = relevance > -np.inf
    chosen: list[tuple[int, float]] = []
    while waiting.any() and (limit is None or len(chosen) < limit):
        values = relevance - redundancy * nearest - crowding * crowd[group_of]
        best = int(np.argmax(np.where(waiting, values, -np.inf)))
        waiting[best] = False
        if accepts(best):
            chosen.append((best, float(values[best])))
            nearest = np.maximum(nearest, similarities(best))
            crowd[group_of[best]] += 1
    return chosen
