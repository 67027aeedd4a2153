"""What was found, looked at sentence by sentence: which ones answer, and whether any does.

A passage on the right subject is found for nearly every question, also for those that it does not
answer. So the similarity of a passage alone cannot tell. What tells, better than chance, is how
near its best sentences are, whether they hold the names of the question, and whether they hold what
it asks for: a number, a date, a name. `bench/calibrate.py` prints the weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quoth.answer.ground import Sentence, sentences_of, term_weights
from quoth.answer.phrases import holds, kind_of
from quoth.embed import Embedder
from quoth.text import stem, terms
from quoth.types import Hit

HITS = 5
"""Hits whose sentences are looked at."""

_NAME = re.compile(r"(?<=\s)[A-Z]\w+|\d[\d,]*")
_NEGATION = re.compile(r"\b(?:not|never|no|none|without|except|least|non-?\w+|un\w{4,}|\w+n't)\b")
_LEADERS = re.compile(r"(?:\. ){3}|\.{4}")
_ENDS = re.compile(r"[.!?:;][\"”’)]*\s*$")

# How well a sentence answers. Fitted to what we have of SQuAD 2.0's development set and rounded;
# a table of contents does not occur there. Of our golden questions the best sentence answers 54 %
# (47 % when only covered words count), one of the best five 93 % (84 %).
SENTENCE_WEIGHTS: Mapping[str, float] = {
    "covered": 1.0,
    "similarity with the one before": 1.0,
    "place": -0.1,
    "holds what is asked for": 0.2,
    "no end": -0.1,
    "table of contents": -1.0,
}

# Whether the best ones answer: a logistic rule, fitted to the same. Fitted to one half of the
# questions, it tells apart those of the other half with an area under the curve of 0.73.
WEIGHTS: Mapping[str, float] = {
    "best similarity": 1.54,
    "nearest": 2.12,
    "holds what is asked for": 0.47,
    "names missing": -0.47,
    "negation": -0.80,
    "passage similarity": 1.26,
}
INTERCEPT = -3.10


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
    seen = described(question, found, weights, embedder)
    scores = [sum(SENTENCE_WEIGHTS.get(name, 0.0) * value for name, value in one.items())
              for one in seen]  # fmt: skip
    order = sorted(range(len(found)), key=lambda at: -scores[at])
    best, of_best = found[order[0]], seen[order[0]]
    names = {stem(name.lower()) for name in _NAME.findall(question)} & set(wanted)
    signs = {
        "best similarity": of_best["similarity with the one before"],
        "nearest": max(one["similarity"] for one in seen),
        "holds what is asked for": of_best["holds what is asked for"],
        "names missing": float(sum(name not in best.terms for name in names)),
        "negation": float(bool(_NEGATION.search(question.lower()))),
        "passage similarity": max(hit.dense_score or 0.0 for hit in hits),
    }
    log_odds = INTERCEPT + sum(WEIGHTS[name] * value for name, value in signs.items())
    ranked = tuple(found[at] for at in order)
    return Evidence(ranked, weights, signs, 1 / (1 + math.exp(-log_odds)))


def described(
    question: str,
    found: Sequence[Sentence],
    weights: Mapping[str, float],
    embedder: Embedder,
) -> list[dict[str, float]]:
    """Return what can be seen of each sentence, by name; they come in the order of their chunks."""
    total = sum(weights.values()) or 1.0
    kind = kind_of(question)
    vectors = np.asarray(embedder.embed([_readable(one.text, embedder) for one in found]))
    asked = embedder.query_vector(question)

    def covered(held: Container[str]) -> float:
        return sum(weight for term, weight in weights.items() if term in held) / total

    return [
        {
            "covered": covered(one.terms),
            "similarity": float(vectors[at] @ asked),
            "similarity with the one before": float(_with_before(found, vectors, at) @ asked),
            "place": float(one.rank),
            "holds what is asked for": holds(one.text, kind, question),
            "no end": float(not _ENDS.search(one.text)),
            "table of contents": float(bool(_LEADERS.search(one.text))),
        }
        for at, one in enumerate(found)
    ]


def _with_before(
    found: Sequence[Sentence], vectors: NDArray[np.float32], at: int
) -> NDArray[np.float32]:
    """Return the direction of a sentence with the one before it, which it often refers to."""
    if not at or found[at - 1].rank != found[at].rank:
        return np.asarray(vectors[at])
    both = vectors[at] + vectors[at - 1]
    return np.asarray(both / np.linalg.norm(both))


def _readable(text: str, embedder: Embedder) -> str:
    """Return as much of a sentence as the embedder reads: enough to tell what it is about."""
    starts = embedder.token_starts(text)
    return text if len(starts) <= embedder.limit else text[: starts[embedder.limit]]
