"""Fits the linear rules of answering, on half of the articles, and reports on the other half.

    python -m bench.calibrate public/squad2/questions.jsonl --limit 1000

Two rules (`answer/evidence.py`) tell which sentence answers a question best, and whether
it does; a third (`answer/phrases.py`) which phrase of it does. No language model is
needed.
Each rule is fitted to one half of the articles and reported on the other, both ways; the last line
of each is fitted to all, and is what the modules hold, as far as a weight matters.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from quoth.answer.answerer import SENTENCES
from quoth.answer.evidence import HITS, SENTENCE_WEIGHTS, Evidence, described, weigh
from quoth.answer.ground import Sentence, sentences_of, term_weights
from quoth.answer.phrases import described as described_phrases
from quoth.answer.phrases import kind_of
from quoth.config import load_config
from quoth.embed import Embedder
from quoth.evaluate.answers import normalized, token_f1
from quoth.evaluate.corpus import corpus_searcher, read_corpus
from quoth.evaluate.questions import Question, balanced, read_questions
from quoth.models import open_embedder
from quoth.text import terms
from quoth.types import Hit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

Rows = NDArray[np.float64]
STRENGTH = 0.02  # of the fit, against its ridge: the smaller, the closer to zero the weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()

    settings = load_config().config
    asked = balanced(read_questions(given.questions), given.limit, seed=given.seed)
    embedder = open_embedder(settings)
    with corpus_searcher(
        read_corpus(given.questions.parent),
        embedder,
        config=settings,
    ) as searcher:
        hits = [searcher.search(question.text) for question in asked]
        held = [weigh(q.text, found, embedder) for q, found in zip(asked, hits, strict=True)]
    articles = sorted({question.source.split("#")[0] for question in asked})
    even = np.array([articles.index(q.source.split("#")[0]) % 2 == 0 for q in asked])
    sentences(asked, hits, even, embedder)
    answerability(asked, held, even)
    choice(asked, held, even)


def sentences(
    asked: Sequence[Question], hits: Sequence[Sequence[Hit]], even: Rows, embedder: Embedder
) -> None:
    """Fit which sentence holds an answer: each against the others found for the same question."""
    names = list(SENTENCE_WEIGHTS)
    rows: list[tuple[Rows, Rows, bool]] = []
    for question, found, is_even in zip(asked, hits, even, strict=True):
        texts = sentences_of(hit.chunk for hit in found[:HITS])
        right = np.array([holds_answer(question, one) for one in texts], float)
        if right.any():
            weights = term_weights(terms(question.text), texts)
            seen = described(question.text, texts, weights, embedder)
            table = np.array([[one[name] for name in names] for one in seen])
            rows.append((table, right, bool(is_even)))

    def fitted(parts: list[tuple[Rows, Rows, bool]]) -> Rows:
        signs = np.concatenate([table - table.mean(axis=0) for table, _, _ in parts])
        return fit(signs, np.concatenate([right for _, right, _ in parts]))[0]

    def found_at_once(weights: Rows, parts: list[tuple[Rows, Rows, bool]]) -> float:
        return float(np.mean([right[np.argmax(table @ weights)] for table, right, _ in parts]))

    print("which sentence answers")
    now = np.array([SENTENCE_WEIGHTS[name] for name in names])
    print(f"  as it is, the best one holds the answer: {found_at_once(now, rows):.3f}")
    for name, first in (("even", True), ("odd", False)):
        weights = fitted([row for row in rows if row[2] == first])
        share = found_at_once(weights, [row for row in rows if row[2] != first])
        print(f"  fitted to the {name} articles, on the others {share:.3f}")
    weights = fitted(rows)
    print(" ", {n: round(w, 2) for n, w in zip(names, weights.tolist(), strict=True)})


def holds_answer(question: Question, sentence: Sentence) -> bool:
    text = normalized(sentence.text)
    return sentence.chunk.source == question.source and any(
        normalized(answer) in text for answer in question.answers
    )


def answerability(asked: Sequence[Question], held: Sequence[Evidence], even: Rows) -> None:
    names = list(held[0].signs)
    signs = np.array([[evidence.signs.get(name, 0.0) for name in names] for evidence in held])
    truth = np.array([question.answerable for question in asked])
    now = np.array([evidence.likelihood for evidence in held])
    print("whether the sentences answer")
    for name, part in (("even", even), ("odd", ~even), ("all", even | ~even)):
        for at in (0.46, 0.48, 0.5, 0.52):
            yes = now[part & truth] >= at
            no = now[part & ~truth] < at
            shares = f"{yes.mean():.3f} answered, {no.mean():.3f} declined"
            print(f"  as it is, {name} articles, from {at}: {shares}")
    for name, fitted, tested in (("even", even, ~even), ("odd", ~even, even)):
        weights, intercept = fit(signs[fitted], truth[fitted].astype(float))
        area = roc_auc_score(truth[tested], signs[tested] @ weights)
        print(f"  fitted to the {name} articles, area under the curve on the others {area:.3f}")
    weights, intercept = fit(signs, truth.astype(float))
    print(" ", dict(zip(names, weights.round(2).tolist(), strict=True)), round(intercept, 2))


def choice(asked: Sequence[Question], held: Sequence[Evidence], even: Rows) -> None:
    rows: list[tuple[list[dict[str, float]], Rows, bool]] = []
    for question, evidence, is_even in zip(asked, held, even, strict=True):
        if question.answerable:
            kind = kind_of(question.text)
            found = [
                (text, seen)
                for number, sentence in enumerate(evidence.sentences[:SENTENCES])
                for text, seen in described_phrases(
                    " ".join(sentence.text.split()), number, kind, evidence.weights
                )
            ]
            right = np.array([token_f1(text, question.answers) for text, _ in found])
            rows.append(([seen for _, seen in found], right, bool(is_even)))
    names = sorted({name for seen, _, _ in rows for row in seen for name in row})

    def table(seen: list[dict[str, float]]) -> Rows:
        return np.array([[row.get(name, 0.0) for name in names] for row in seen]).reshape(
            -1, len(names)
        )

    def fitted(parts: list[tuple[list[dict[str, float]], Rows, bool]]) -> Rows:
        signs = np.concatenate([table(seen) for seen, _, _ in parts])
        return fit(signs, np.concatenate([right for _, right, _ in parts]))[0]

    print("which phrase answers")
    for name, first in (("even", True), ("odd", False)):
        weights = fitted([row for row in rows if row[2] == first])
        best = [
            right[np.argmax(table(seen) @ weights)] if len(right) else 0.0
            for seen, right, is_even in rows
            if is_even != first
        ]
        print(f"  fitted to the {name} articles, F1 on the others {np.mean(best):.3f}")
    weights = fitted(rows)
    print(" ", {n: round(w, 2) for n, w in zip(names, weights.tolist(), strict=True)})


def fit(signs: Rows, right: Rows) -> tuple[Rows, float]:
    """Return weights and intercept of a logistic rule; `right` (0 to 1) is how right a row is."""
    scale = StandardScaler().fit(signs)
    rule = LogisticRegression(C=STRENGTH, max_iter=2000)
    both = scale.transform(np.concatenate([signs, signs]))
    truth = np.concatenate([np.ones(len(right)), np.zeros(len(right))])
    rule.fit(both, truth, sample_weight=np.concatenate([right, 1 - right]) + 1e-9)
    weights = rule.coef_[0] / scale.scale_
    return weights, float(rule.intercept_[0] - (weights * scale.mean_).sum())


if __name__ == "__main__":
    main()
