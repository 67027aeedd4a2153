"""The weight of a word by its rarity."""

from __future__ import annotations

import math


def weigh_rarity(holding: int, count: int) -> float:
    """Return the weight of a word in `holding` of `count` texts; rarer words weigh more.

    A word in all texts keeps a little weight, since the texts are few, such as the sentences of a
    summary. Retrieval over a whole collection, where such a word means nothing, uses the weight of
    Okapi BM25 (`retrieve.fuse`).
    """
    return math.log(1 + count / (0.5 + holding))
