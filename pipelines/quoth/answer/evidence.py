"""Evidence for an answer: the sentences of the hits, ranked, and how likely they answer.

Search finds a passage on the right subject for nearly every question, even one that the documents
do not answer, so the similarity of a passage alone cannot decide. Better signs are whether the best
sentence and its neighbours hold the rare words, the names and the numbers of the question, and the
kind of answer that it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quoth.answer.features import Description, are_neighbours, cover, describe_sentences
from quoth.answer.rules import Calibration
from quoth.answer.sentences import Sentence, sentences_of, terms_of, weigh_terms
from quoth.retrieve import Question
from quoth.types import Hit

_IDENTIFIER = re.compile(r"\b(?=[\w./-]*\d)(?=[\w./-]*[^\W\d_])\w+(?:[./-]\w+)*\b")
"""Letters and digits in one word: `HR-31`, `BR-2023-0187`, `V17`."""
HITS = 8
"""The number of hits whose sentences are evidence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences of the best hits, in the order of their chunks, and their scores (log-odds).

    `order` has the indices of the sentences, best first. `rarity` has a weight for each term of the
    question. `likelihood` (0 to 1) is the estimated probability that the best sentences answer the
    question, computed from the values in `signs`. `description` has the features of the sentences.
    `is_open` is true for a question whose answer is a statement rather than a name or a number.
    """

    sentences: tuple[Sentence, ...]
    scores: tuple[float, ...]
    order: tuple[int, ...]
    rarity: Mapping[str, float]
    signs: Mapping[str, float]
    likelihood: float
    description: Description
    is_open: bool = False


def find_evidence(question: Question, hits: Sequence[Hit], rules: Calibration) -> Evidence:
    """Return the evidence that the best hits hold for a question."""
    hits = hits[:HITS]
    sentences = sentences_of([hit.chunk for hit in hits], question.language)
    rarity = weigh_terms(terms_of(question.text, sentences, question.language), sentences)
    if not sentences:
        return Evidence((), (), (), rarity, {}, 0.0, Description.empty())
    description = describe_sentences(question, sentences, rarity, hits)
    scores = sum(
        weight * description.features[name] for name, weight in rules.sentence.items()
    ) + np.zeros(len(sentences))
    order = np.argsort(-scores, kind="stable").tolist()
    signs = read_signs(question, sentences, order, rarity, description)
    signs["passage similarity"] = max(hit.dense_score or 0.0 for hit in hits)
    return Evidence(
        tuple(sentences),
        tuple(scores.tolist()),
        tuple(order),
        rarity,
        signs,
        rules.answerable.judge(signs),
        description,
        question.kind in ("what", "how", "whether"),
    )


def read_signs(
    question: Question,
    sentences: Sequence[Sentence],
    order: Sequence[int],
    rarity: Mapping[str, float],
    description: Description,
) -> dict[str, float]:
    """Return the signs, by name, that the best sentences answer a question, or do not.

    `order` has the indices of the sentences, best first. "Near" a sentence is what stands in its
    headings and in the sentences before and after it.
    """
    best = order[0]
    alone = sentences[best].terms | sentences[best].about
    near = set(alone)
    for other in (best - 1, best + 1):
        if are_neighbours(sentences, best, other):
            near |= sentences[other].terms.keys()
    total = sum(rarity.values()) or 1.0
    absent = [term for term in rarity if not any(term in one.terms for one in sentences)]
    features = description.of(best)
    return {
        "letters covered": features["letters covered"],
        "letters covered with neighbours": features["letters covered with neighbours"],
        "covered near": cover(rarity, near),
        "words shared near": float(sum(len(term) > 1 and term in near for term in rarity)),
        "rarest word missing": _rarest(rarity, alone),
        "rarest word missing near": _rarest(rarity, near),
        "weight of absent words": sum(rarity[term] for term in absent) / total,
        "absent words": float(len(absent)),
        "words": float(len(rarity)),
        "names missing": float(sum(name not in alone for name in question.names)),
        "names missing near": float(sum(name not in near for name in question.names)),
        "numbers missing near": float(
            sum(term not in near for term in rarity if any(map(str.isdigit, term)))
        ),
        "holds an identifier": _hold_identifier(question.text, sentences[best].text),
        "holds what is asked for": features["holds what is asked for"],
        "yes or no": float(question.kind == "whether"),
        "negation": float(question.negated),
        "agreement": description.agreement,
        "best similarity": float(description.similarities[best]),
        "nearest": float(description.similarities.max()),
    }


def _rarest(rarity: Mapping[str, float], terms: Container[str]) -> float:
    """Return the rarity of the rarest term of the question that is not among terms."""
    return max((weight for term, weight in rarity.items() if term not in terms), default=0.0)


def _hold_identifier(question: str, sentence: str) -> float:
    """Return 1 if a sentence holds all identifiers of a question (`HR-31`); 0 without any."""
    wanted = [one.casefold() for one in _IDENTIFIER.findall(question)]
    return float(bool(wanted) and all(one in sentence.casefold() for one in wanted))
