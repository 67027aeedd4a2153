"""A search in several collections at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

from quoth.collection import Scope, Store
from quoth.retrieve.ports import Searcher
from quoth.retrieve.question import Hits
from quoth.retrieve.sections import grow_to_sections
from quoth.text import ENGLISH, analyse, language
from quoth.types import Hit


class SeveralSearcher:
    """Searches collections by name, and merges what it finds in the order of each.

    All collections have the same embedder. Which of their next hits comes first is decided by
    cosine and by the words of the question that a hit has, the rare ones among all hits most: the
    score of a hit is relative to its own collection, and so is the rarity of a word there. Each
    chunk names its collection.
    """

    def __init__(self, searchers: Mapping[str, Searcher], *, k: int) -> None:
        self.searchers = dict(searchers)
        self.k = k

    def search(self, question: str, *, k: int | None = None, scope: Scope | None = None) -> Hits:
        """Return the best `k` hits of all collections, best first."""
        found = {
            name: searcher.search(question, k=k, scope=scope)
            for name, searcher in self.searchers.items()
        }
        named = [
            [replace(hit, chunk=replace(hit.chunk, collection=name)) for hit in hits]
            for name, hits in found.items()
        ]
        first = next(iter(found.values()))
        return Hits(first.question, merge_hits(named, first.question.text)[: k or self.k])


def merge_hits(lists: Sequence[Sequence[Hit]], question: str) -> list[Hit]:
    """Return the hits of several lists as one, in which those of each list keep their order.

    Their scores are those of the merged list: sums of the standardized cosine and the standardized
    weight of the words in common, none above one before it.
    """
    hits = [hit for each in lists for hit in each]
    dense = _standardize([hit.dense_score for hit in hits])
    keyword = _standardize(_weigh_words(question, hits))
    value = {id(hit): a + b for hit, a, b in zip(hits, dense, keyword, strict=True)}
    left = [[*each] for each in lists if each]
    merged: list[Hit] = []
    while left:
        best = max(left, key=lambda each: value[id(each[0])])
        hit = best.pop(0)
        lowest = min(value[id(hit)], merged[-1].score if merged else value[id(hit)])
        merged.append(replace(hit, score=lowest))
        left = [each for each in left if each]
    return merged


def grow_in_several(hits: Sequence[Hit], stores: Mapping[str, Store], *, tokens: int) -> list[Hit]:
    """Return the hits with the rest of their sections, each from its own collection.

    A hit inside an earlier one is dropped.
    """
    grown = {
        hit.chunk.collection: iter(
            grow_to_sections(
                [each for each in hits if each.chunk.collection == hit.chunk.collection],
                stores[hit.chunk.collection],
                tokens=tokens,
            )
        )
        for hit in hits
    }
    following = (next(grown[hit.chunk.collection], None) for hit in hits)
    return [hit for hit in following if hit is not None]


def _weigh_words(question: str, hits: Sequence[Hit]) -> list[float]:
    """Return for each hit the sum of the rarities, among the hits, of the words of a question."""
    spoken = [language(hit.chunk.language or ENGLISH.code) for hit in hits]
    asked = {rules.code: {*analyse(question, rules)} for rules in spoken}
    held = [
        asked[rules.code] & {*analyse(hit.chunk.text, rules)}
        for hit, rules in zip(hits, spoken, strict=True)
    ]
    counts = Counter(word for words in held for word in words)
    return [sum(log((len(hits) + 1) / counts[word]) for word in words) for words in held]


def _standardize(scores: Sequence[float | None]) -> list[float]:
    """Return scores in standard deviations from their mean; a missing one is the lowest."""
    known = [score for score in scores if score is not None]
    if not known:
        return [0.0] * len(scores)
    lowest, mean = min(known), sum(known) / len(known)
    spread = (sum((score - mean) ** 2 for score in known) / len(known)) ** 0.5 or 1.0
    return [((lowest if score is None else score) - mean) / spread for score in scores]
