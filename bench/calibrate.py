"""Fits the linear rules of answering, on half of the articles, and reports on the other half.

    python -m bench.calibrate public/squad2/questions.jsonl --limit 1000

Two rules (`answer/evidence.py`) rank the sentences by how well they answer a question, and judge
whether they answer it at all; a third (`answer/phrases.py`) ranks the phrases. No language model is
needed. Each rule is fitted to one half of the articles and reported on the other, both ways. The
last output is the fit to all articles, for the configured embedder, as a file for
`answer/calibration/`. Choose floor and likelihood by the printed shares.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from quoth.answer import Calibration, find_calibration
from quoth.answer.evidence import HITS, Evidence, describe_sentences, find_evidence
from quoth.answer.phrases import Phrase, line_of, phrases_of
from quoth.answer.sentences import Sentence, sentences_of, weigh_terms
from quoth.config import load_config
from quoth.evaluate import (
    GoldQuestion,
    corpus_searcher,
    normalize,
    read_corpus,
    read_questions,
    sample_balanced,
    token_f1,
)
from quoth.models import open_embedder
from quoth.retrieve import Question
from quoth.types import Hit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

Rows = NDArray[np.float64]
STRENGTH = 0.02  # of the fit, against its ridge: the smaller, the closer to zero the weights
LIKELIHOODS = (0.46, 0.48, 0.5, 0.52)
LEAST_WEIGHT = 0.1  # of a feature of phrases that is kept


@dataclass(frozen=True)
class Case:
    """A golden question, its hits, and whether its article is in the even half."""

    golden: GoldQuestion
    question: Question
    hits: Sequence[Hit]
    evidence: Evidence
    is_even: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()

    settings = load_config().config
    golden = sample_balanced(read_questions(given.questions), given.limit, seed=given.seed)
    articles = sorted({question.places[0].source.split("#")[0] for question in golden})
    embedder = open_embedder(settings)
    rules = find_calibration(embedder.fingerprint, "English")
    with corpus_searcher(
        read_corpus(given.questions.parent), embedder, config=settings
    ) as searcher:
        cases = []
        for case in golden:
            hits = searcher.search(case.text)
            question = hits.question
            is_even = articles.index(case.places[0].source.split("#")[0]) % 2 == 0
            evidence = find_evidence(question, hits, rules)
            cases.append(Case(case, question, hits, evidence, is_even))
    weights, intercept = fit_answerable(cases)
    fitted = {
        "language": rules.language,
        "embedder": {"name": settings.embedding.model, "fingerprint": embedder.fingerprint},
        "floor": rules.floor,
        "likelihood": rules.likelihood,
        "sentence": fit_sentence(cases, rules),
        "answerable": {"intercept": round(intercept, 2), "weights": weights},
        "phrase": fit_phrase(cases, rules),
    }
    print(json.dumps(fitted, indent=2))


def fit_sentence(cases: Sequence[Case], rules: Calibration) -> dict[str, float]:
    """Fit the ranking of sentences: each against the other sentences for the same question."""
    names = list(rules.sentence)
    rows: list[tuple[Rows, Rows, bool]] = []
    for case in cases:
        sentences = sentences_of(hit.chunk for hit in case.hits[:HITS])
        right = np.array([holds_answer(case.golden, sentence) for sentence in sentences], float)
        if right.any():
            weights = weigh_terms(case.question.terms, sentences)
            features = describe_sentences(case.question, sentences, weights)
            table = np.array([[values[name] for name in names] for values in features])
            rows.append((table, right, case.is_even))

    def fitted(parts: Sequence[tuple[Rows, Rows, bool]]) -> Rows:
        signs = np.concatenate([table - table.mean(axis=0) for table, _, _ in parts])
        return fit(signs, np.concatenate([right for _, right, _ in parts]))[0]

    def share_right(weights: Rows, parts: Sequence[tuple[Rows, Rows, bool]]) -> float:
        return float(np.mean([right[np.argmax(table @ weights)] for table, right, _ in parts]))

    print("which sentence answers")
    now = np.array([rules.sentence[name] for name in names])
    print(f"  as it is, the best one holds the answer: {share_right(now, rows):.3f}")
    for half, is_even in (("even", True), ("odd", False)):
        weights_of_half = fitted([row for row in rows if row[2] == is_even])
        share = share_right(weights_of_half, [row for row in rows if row[2] != is_even])
        print(f"  fitted to the {half} articles, on the others {share:.3f}")
    return named(names, fitted(rows))


def holds_answer(golden: GoldQuestion, sentence: Sentence) -> bool:
    text = normalize(sentence.text)
    return sentence.chunk.source == golden.places[0].source and any(
        normalize(answer) in text for answer in golden.answers
    )


def fit_answerable(cases: Sequence[Case]) -> tuple[dict[str, float], float]:
    """Fit the rule for answerability."""
    names = list(cases[0].evidence.signs)
    signs = np.array([[case.evidence.signs.get(name, 0.0) for name in names] for case in cases])
    truth = np.array([case.golden.answerable for case in cases])
    even = np.array([case.is_even for case in cases])
    now = np.array([case.evidence.likelihood for case in cases])
    print("whether the sentences answer")
    for half, part in (("even", even), ("odd", ~even), ("all", even | ~even)):
        for likelihood in LIKELIHOODS:
            answered = (now[part & truth] >= likelihood).mean()
            declined = (now[part & ~truth] < likelihood).mean()
            shares = f"{answered:.3f} answered, {declined:.3f} declined"
            print(f"  as it is, {half} articles, from {likelihood}: {shares}")
    for half, part in (("even", even), ("odd", ~even)):
        weights, _ = fit(signs[part], truth[part].astype(float))
        area = roc_auc_score(truth[~part], signs[~part] @ weights)
        print(f"  fitted to the {half} articles, area under the curve on the others {area:.3f}")
    weights, intercept = fit(signs, truth.astype(float))
    return named(names, weights), intercept


def fit_phrase(cases: Sequence[Case], rules: Calibration) -> dict[str, float]:
    """Fit the ranking of phrases."""
    rows: list[tuple[list[Phrase], Rows, bool]] = []
    for case in cases:
        if case.golden.answerable:
            phrases = [
                phrase
                for number, sentence in enumerate(case.evidence.sentences[: rules.sentences])
                for phrase in phrases_of(
                    line_of(sentence),
                    number,
                    case.question,
                    sentence.language,
                    case.evidence.rarity,
                )
            ]
            right = np.array([token_f1(phrase.text, case.golden.answers) for phrase in phrases])
            rows.append((phrases, right, case.is_even))
    names = sorted({name for phrases, _, _ in rows for p in phrases for name in p.features})

    def table(phrases: Sequence[Phrase]) -> Rows:
        values = [[phrase.features.get(name, 0.0) for name in names] for phrase in phrases]
        return np.array(values).reshape(-1, len(names))

    def fitted(parts: Sequence[tuple[list[Phrase], Rows, bool]]) -> Rows:
        signs = np.concatenate([table(phrases) for phrases, _, _ in parts])
        return fit(signs, np.concatenate([right for _, right, _ in parts]))[0]

    print("which phrase answers")
    for half, first in (("even", True), ("odd", False)):
        weights = fitted([row for row in rows if row[2] == first])
        best = [
            right[np.argmax(table(phrases) @ weights)] if len(right) else 0.0
            for phrases, right, is_even in rows
            if is_even != first
        ]
        print(f"  fitted to the {half} articles, F1 on the others {np.mean(best):.3f}")
    fitted_weights = named(names, fitted(rows))
    return {name: weight for name, weight in fitted_weights.items() if abs(weight) >= LEAST_WEIGHT}


def named(names: Sequence[str], weights: Rows) -> dict[str, float]:
    return {name: round(w, 2) for name, w in zip(names, weights.tolist(), strict=True)}


def fit(signs: Rows, right: Rows) -> tuple[Rows, float]:
    """Return weights and intercept of a logistic regression; `right` (0 to 1) are the labels."""
    scale = StandardScaler().fit(signs)
    rule = LogisticRegression(C=STRENGTH, max_iter=2000)
    both = scale.transform(np.concatenate([signs, signs]))
    truth = np.concatenate([np.ones(len(right)), np.zeros(len(right))])
    rule.fit(both, truth, sample_weight=np.concatenate([right, 1 - right]) + 1e-9)
    weights = rule.coef_[0] / scale.scale_
    return weights, float(rule.intercept_[0] - (weights * scale.mean_).sum())


if __name__ == "__main__":
    main()
