"""How much a word says by being rare."""

from __future__ import annotations

import math


def weigh_rarity(holding: int, count: int) -> float:
    """Return the weight of a word that `holding` of `count` texts have: more, the fewer do.

    A word that all of them have keeps a little weight, since the texts are few: the sentences that
    answer a question, those of a summary. Retrieval weighs words of a whole collection, where such
    a word says nothing, with the weight of Okapi BM25 (`retrieve.fuse`).
    """
    return math.log(1 + count / (0.5 + holding))
