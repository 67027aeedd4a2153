"""Documents that a question names: the words of the question are matched with file names.

"What was the revenue of 3M in FY2018?" names `3M_2018_10K.pdf`. Where no name fits, the
ranking does not change. A number alone names nothing, since many questions have numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from quoth.collection import Store


def fit_names(store: Store, words: Iterable[str]) -> Mapping[int, float]:
    """Return the fit of each content's name with the words of a question, from 0 to 1.

    Contents that match no word are omitted. The fit of a name is the sum of the rarities of its
    words in the question, relative to the best name, and lower for all when the best name has
    common words only. A word in more than half of the names counts for nothing. A name fits with
    two words, or with one that has a letter.
    """
    count = store.content_count()
    weights: dict[int, float] = {}
    matched: dict[int, list[str]] = {}
    for word, contents in store.keywords.find_named(words, most=count // 2).items():
        rarity = math.log1p((count - len(contents) + 0.5) / (len(contents) + 0.5))
        for content in contents:
            weights[content] = weights.get(content, 0.0) + rarity
            matched.setdefault(content, []).append(word)
    named = {
        content: value
        for content, value in weights.items()
        if len(matched[content]) > 1 or not matched[content][0].isdigit()
    }
    best = max(named.values(), default=0.0)
    sure = min(1.0, best / math.log1p(count)) if count else 0.0
    return {content: sure * value / best for content, value in named.items()}
