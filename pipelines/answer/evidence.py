"""What was found, looked at sentence by sentence: which ones answer, and whether any does.

A passage on the right subject is found for nearly every question, also for those that it does not
answer. So the similarity of a passage alone cannot tell; what stands in its best sentences can,
better than chance: how near the nearest sentence is, and whether the names, the numbers and the
rarest word of the question are in it. `bench/calibrate.py` prints the weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from pipelines.answer.ground import Sentence, sentences_of, stem, term_weights, terms
from pipelines.embed import Embedder
from pipelines.types import Hit

HITS = 5
"""Hits whose sentences are looked at."""
COMPARED = 8
"""Sentences that are compared with the question by the embedder."""

_NAME = re.compile(r"(?<=\s)[A-Z]\w+|\d[\d,]*")
_NEGATION = re.compile(r"\b(?:not|never|no|none|without|except|least|non-?\w+|un\w{4,}|\w+n't)\b")

# A logistic rule, fitted to what we have of SQuAD 2.0's development set. Fitted to one half of its
# articles, it tells apart the questions of the other half with an area under the curve of 0.76 and
# 0.70. From 0.51 it answers 66 % of what can be answered and declines 65 % of what cannot.
WEIGHTS: Mapping[str, float] = {
    "passage covered": -0.73,
    "rarest missing": -0.79,
    "names missing": -0.71,
    "negation": -0.78,
    "length": 1.24,
    "similarity": 2.87,
    "passage similarity": 0.93,
}
INTERCEPT = -1.60


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences found for a question, best first, and what they tell.

    `weights` is how much each stem of the question tells. `likelihood` (0 to 1) estimates whether
    the sentences answer the question; `signs` are the values that it comes from.
    """

    sentences: tuple[Sentence, ...]
    weights: Mapping[str, float]
    signs: Mapping[str, float]
    likelihood: float


def weigh(question: str, hits: Sequence[Hit], embedder: Embedder) -> Evidence:
    """Return the evidence that the best hits hold for a question."""
    found = sentences_of(hit.chunk for hit in hits[:HITS])
    wanted = terms(question)
    weights = term_weights(wanted, found)
    if not found:
        return Evidence((), weights, {}, 0.0)
    total = sum(weights.values()) or 1.0

    def covered(held: Container[str]) -> float:
        return sum(weight for term, weight in weights.items() if term in held) / total

    ranked = sorted(found, key=lambda sentence: 0.02 * sentence.rank - covered(sentence.terms))
    best = ranked[0]
    passage = {term for one in found if one.rank == best.rank for term in one.terms}
    near = _nearest(question, [sentence.text for sentence in ranked[:COMPARED]], embedder)
    names = {stem(name.lower()) for name in _NAME.findall(question)} & set(wanted)
    missing = [weight for term, weight in weights.items() if term not in best.terms]
    signs = {
        "passage covered": covered(passage),
        "rarest missing": max(missing, default=0.0) / math.log(1 + 2 * len(found)),
        "names missing": float(sum(name not in best.terms for name in names)),
        "negation": float(bool(_NEGATION.search(question.lower()))),
        "length": min(len(wanted), 12) / 12,
        "similarity": near,
        "passage similarity": max(hit.dense_score or 0.0 for hit in hits),
    }
    log_odds = INTERCEPT + sum(WEIGHTS[name] * value for name, value in signs.items())
    return Evidence(tuple(ranked), weights, signs, 1 / (1 + math.exp(-log_odds)))


def _nearest(question: str, texts: Sequence[str], embedder: Embedder) -> float:
    """Return the cosine of the question with the text that is nearest to it."""
    vectors = embedder.embed([_readable(text, embedder) for text in texts])
    return float((vectors @ embedder.query_vector(question)).max())


def _readable(text: str, embedder: Embedder) -> str:
    """Return as much of a sentence as the embedder reads: enough to tell what it is about."""
    starts = embedder.token_starts(text)
    return text if len(starts) <= embedder.limit else text[: starts[embedder.limit]]
