"""Evidence for an answer: the sentences of the best hits, ranked, and how likely they answer.

Search finds a passage on the right subject for nearly every question, even one that the documents
do not answer, so the similarity of a passage alone cannot decide. Better signs are the similarity
of its best sentences, and whether they hold the names of the question and the kind of answer that
it asks for: a number, a date, a name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quoth.answer.rules import Calibration, apply_rule
from quoth.answer.sentences import Sentence, sentences_of, terms_of, weigh_terms
from quoth.retrieve import Question
from quoth.text import NEVER, Language, is_stop_word, lexemes
from quoth.types import Hit, Vectors

HITS = 5
"""The number of hits whose sentences are evidence."""

_COMPARED = ("covered with headings", "similarity with the one before")
"""Features that are also given relative to the other sentences (mean 0, deviation 1)."""

_LEADERS = re.compile(r"(?:\. ){3}|\.{4}")
_ENDS = re.compile(r"[.!?:;][\"”’)]*\s*$")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences of the best hits, ranked by how well they answer a question.

    `rarity` has a weight for each term of the question. `likelihood` (0 to 1) is the estimated
    probability that the sentences answer the question, computed from the values in `signs`.
    """

    sentences: tuple[Sentence, ...]
    rarity: Mapping[str, float]
    signs: Mapping[str, float]
    likelihood: float


def find_evidence(question: Question, hits: Sequence[Hit], rules: Calibration) -> Evidence:
    """Return the evidence that the best hits hold for a question."""
    chunks = [hit.chunk for hit in hits[:HITS]]
    sentences = sentences_of(chunks, question.language)
    rarity = weigh_terms(terms_of(question.text, sentences), sentences)
    if not sentences:
        return Evidence((), rarity, {}, 0.0)
    features = describe_sentences(question, sentences, rarity)
    scores = [apply_rule(rules.sentence, values) for values in features]
    order = sorted(range(len(sentences)), key=lambda index: -scores[index])
    best, of_best = sentences[order[0]], features[order[0]]
    signs = {
        "best similarity": of_best["similarity with the one before"],
        "nearest": max(values["similarity"] for values in features),
        "holds what is asked for": of_best["holds what is asked for"],
        "names missing": float(sum(name not in best.terms for name in question.names)),
        "negation": float(question.negated),
        "covered": max(values["covered"] for values in features),
        "passage similarity": max(hit.dense_score or 0.0 for hit in hits),
    }
    log_odds = rules.intercept + apply_rule(rules.answerable, signs)
    ranked = tuple(sentences[index] for index in order)
    return Evidence(ranked, rarity, signs, 1 / (1 + math.exp(-log_odds)))


def describe_sentences(
    question: Question, sentences: Sequence[Sentence], rarity: Mapping[str, float]
) -> list[dict[str, float]]:
    """Return the features of each sentence by name; sentences are in the order of their chunks."""
    embedder = question.embedder
    vectors = embedder.embed([embedder.clip(sentence.text) for sentence in sentences])
    features = [
        {
            "covered": _covered(rarity, sentence.terms),
            "covered with headings": _covered(rarity, sentence.terms | sentence.about),
            "similarity": float(vectors[index] @ question.vector),
            "similarity with the one before": float(
                _with_before(sentences, vectors, index) @ question.vector
            ),
            "place": float(sentence.rank),
            "holds what is asked for": holds_kind(sentence.text, question, sentence.language),
            "no end": float(not _ENDS.search(sentence.text)),
            "table of contents": float(bool(_LEADERS.search(sentence.text))),
        }
        for index, sentence in enumerate(sentences)
    ]
    for name in _COMPARED:
        values = np.array([values[name] for values in features])
        spread = values.std() or 1.0
        for each, value in zip(features, values - values.mean(), strict=True):
            each[f"{name}, standardized"] = float(value / spread)
    return features


def _covered(rarity: Mapping[str, float], terms: Container[str]) -> float:
    """Return the share of the question's rarity that a sentence covers."""
    total = sum(rarity.values()) or 1.0
    return sum(weight for term, weight in rarity.items() if term in terms) / total


def _with_before(sentences: Sequence[Sentence], vectors: Vectors, index: int) -> Vectors:
    """Return the mean direction of a sentence and the one before it in its chunk."""
    if not index or sentences[index - 1].rank != sentences[index].rank:
        return np.asarray(vectors[index])
    both = vectors[index] + vectors[index - 1]
    return np.asarray(both / np.linalg.norm(both))


def holds_kind(sentence: str, question: Question, language: Language) -> float:
    """Return 1 if a sentence holds the kind of answer that is expected, 0 if not, 0.5 if unknown.

    `language` is that of the sentence. Words of the question itself do not count.
    """
    rules = language.questions
    words = [match.group() for match in lexemes(sentence)]
    new = [word for word in words if word.lower() not in question.lexemes]
    match question.kind:
        case "number":
            return float(any(map(rules.is_number, new)))
        case "when":
            return float(any(rules.is_date(word) or word[0].isdigit() for word in new))
        case "who" if language.words.capital_names:
            names = {word for word in words[1:] if word[0].isupper()}
            return float(any(word in names and not is_stop_word(word, language) for word in new))
        case "where":
            return _matches(rules.places, sentence)
        case "why":
            return _matches(rules.reasons, sentence)
        case _:
            return 0.5


def _matches(pattern: re.Pattern[str], sentence: str) -> float:
    return 0.5 if pattern == NEVER else float(bool(pattern.search(sentence)))
