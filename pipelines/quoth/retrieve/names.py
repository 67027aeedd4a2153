"""Which documents a question names: the words of the question against the names of the files.

"What was the revenue of 3M in FY2018?" names `3M_2018_10K.pdf`. Where no name fits, nothing
happens; a number alone names nothing, since numbers stand in many questions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from quoth.collection import Store
from quoth.text import named_words


def fitting(store: Store, question: str) -> Mapping[int, float]:
    """Return how well the names of contents fit a question, from 0 to 1, those above 0 only.

    A name is worth the rarity of its words that stand in the question, as a share of what the
    best name is worth; and all are worth less when the best one holds common words only. A word
    that stands in more than half of the names tells nothing. It takes two words, or one with a
    letter in it.
    """
    count = store.content_count()
    worth: dict[int, float] = {}
    words: dict[int, list[str]] = {}
    for word, contents in store.keywords.named(named_words(question), most=count // 2).items():
        rarity = math.log1p((count - len(contents) + 0.5) / (len(contents) + 0.5))
        for content in contents:
            worth[content] = worth.get(content, 0.0) + rarity
            words.setdefault(content, []).append(word)
    named = {
        content: value
        for content, value in worth.items()
        if len(words[content]) > 1 or not words[content][0].isdigit()
    }
    best = max(named.values(), default=0.0)
    sure = min(1.0, best / math.log1p(count)) if count else 0.0
    return {content: sure * value / best for content, value in named.items()}
