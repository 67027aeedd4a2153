"""Fits the linear rules of answering on half of the questions, and reports on the other half.

    python -m bench.calibrate public/squad2 public/xquad_de public/xquad_zh --limit 600

Four rules: which sentence answers (`answer/features.py`), whether it answers at all
(`answer/evidence.py`), which phrase answers, and whether it is the answer (`answer/phrases.py`). No
language model is needed. Each set is a folder with `corpus.jsonl` and `questions.jsonl`. A question
whose CRC-32 of the id is even is fitted to, the others are reported. Each answerable question is
asked once more without the text that answers it, so that every language has questions that the
documents do not answer. The last output are the rules, for a file in `answer/calibration/`: choose
`excerpt`, `nearest` and `shown` by the printed shares.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from quoth.answer import Calibration, find_calibration
from quoth.answer.choose import PLACES, choose_places
from quoth.answer.evidence import Evidence, find_evidence
from quoth.answer.phrases import Phrase, find_candidates, judge_phrase, line_of, phrases_of
from quoth.config import Config, load_config
from quoth.embed import Embedder
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

Rows = NDArray[np.float64]
STRENGTH = 0.05  # of a fit, against its ridge: the smaller, the closer to zero the weights
RIGHT = 0.6  # the token F1 from which a phrase is right
LEAST_WEIGHT = 0.1  # of a feature of phrases that is kept


@dataclass(frozen=True)
class Case:
    """A golden question with its evidence; `holds` says which sentences hold the answer.

    `removed` says that the text with the answer was taken away.
    """

    golden: GoldQuestion
    question: Question
    evidence: Evidence
    holds: Rows
    removed: bool

    @property
    def fits(self) -> bool:
        """Whether the case is fitted to, and not reported."""
        return zlib.crc32(self.golden.id.encode()) % 2 == 0

    @property
    def answerable(self) -> bool:
        """Whether the documents that are left answer the question."""
        return self.golden.answerable and not self.removed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()

    settings = load_config().config
    embedder = open_embedder(settings)
    cases = [
        case
        for folder in given.sets
        for case in read_cases(folder, embedder, settings, limit=given.limit, seed=given.seed)
    ]
    names = sorted({case.question.language.name for case in cases})
    rules = find_calibration(embedder.fingerprint, *names[:1])
    print(
        json.dumps(
            {
                "language": " and ".join(names),
                "embedder": {"name": settings.embedding.model, "fingerprint": embedder.fingerprint},
                "sentence": fit_sentence(cases, rules),
                "answerable": fit_answerable(cases, rules),
                "phrase": fit_phrase(cases),
                "right": fit_right(cases, rules),
            },
            indent=2,
        )
    )


def read_cases(
    folder: Path, embedder: Embedder, settings: Config, *, limit: int, seed: int
) -> Iterator[Case]:
    """Yield the cases of a set: each question, and again without the text that answers it."""
    golden = sample_balanced(read_questions(folder / "questions.jsonl"), limit, seed=seed)
    with corpus_searcher(read_corpus(folder), embedder, config=settings) as searcher:
        for one in golden:
            hits = searcher.search(one.text)
            sources = {place.source for place in one.places}
            without = [hit for hit in hits if hit.chunk.source not in sources]
            for removed, kept in ((False, hits), (True, without)):
                if kept and (one.answerable or not removed):
                    rules = find_calibration(embedder.fingerprint, hits.question.language.name)
                    evidence = find_evidence(hits.question, kept, rules)
                    right = [
                        sentence.chunk.source in sources and holds_answer(one, sentence.text)
                        for sentence in evidence.sentences
                    ]
                    yield Case(one, hits.question, evidence, np.array(right, float), removed)


def holds_answer(golden: GoldQuestion, text: str) -> bool:
    """Whether a text holds one of the right answers."""
    bare = "".join(normalize(text).split())
    return any("".join(normalize(answer).split()) in bare for answer in golden.answers)


def fit_sentence(cases: Sequence[Case], rules: Calibration) -> dict[str, float]:
    """Fit the ranking of sentences: each against the other sentences for the same question."""
    names = list(rules.sentence)
    held = [case for case in cases if case.holds.any()]

    def table(case: Case) -> Rows:
        return np.column_stack([case.evidence.description.features[name] for name in names])

    parts = [case for case in held if case.fits]
    signs = np.concatenate([table(case) - table(case).mean(axis=0) for case in parts])
    weights = fit(signs, np.concatenate([case.holds for case in parts]))[0]
    rest = [case for case in held if not case.fits]
    best = [case.holds[np.argmax(table(case) @ weights)] for case in rest]
    now = [case.holds[case.evidence.order[0]] for case in rest]
    print(f"the best sentence holds the answer: {np.mean(best):.3f}, as it is {np.mean(now):.3f}")
    return named(names, weights)


def fit_answerable(cases: Sequence[Case], rules: Calibration) -> dict[str, object]:
    """Fit whether the best sentences answer, and print the shares at several limits."""
    names = list(rules.answerable.weights)

    def table(some: Sequence[Case]) -> Rows:
        return np.array([[case.evidence.signs.get(name, 0.0) for name in names] for case in some])

    def truth(some: Sequence[Case]) -> Rows:
        return np.array([float(case.answerable) for case in some])

    parts, rest = [c for c in cases if c.fits], [c for c in cases if not c.fits]
    weights, intercept = fit(table(parts), truth(parts))
    likely = 1 / (1 + np.exp(-(table(rest) @ weights + intercept)))
    answerable = truth(rest) > 0
    print(f"area under the curve {roc_auc_score(answerable, likely):.3f}")
    shown = np.array([shows_answer(case) for case in rest])
    removed = np.array([case.removed for case in rest])
    for limit in np.arange(0.2, 0.65, 0.05):
        above = likely >= limit
        print(
            f"  {limit:.2f}: with the answer {share(above & shown, answerable):.2f}, "
            f"unanswerable {share(above, ~answerable & ~removed):.2f}, "
            f"text removed {share(above, removed):.2f}"
        )
    return {"weights": named(names, weights), "intercept": round(intercept, 2)}


def share(flags: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(flags[among].mean()) if among.any() else 0.0


def shows_answer(case: Case) -> bool:
    """Whether one of the places that are shown holds the answer."""
    return any(holds_answer(case.golden, one.text) for one in choose_places(case.evidence, PLACES))


def fit_phrase(cases: Sequence[Case]) -> dict[str, float]:
    """Fit the ranking of the phrases of the best sentence."""
    rows = [(phrases, case) for case in cases if case.answerable and (phrases := phrases_in(case))]
    names = sorted({name for phrases, _ in rows for one in phrases for name in one.features})

    def table(phrases: Sequence[Phrase]) -> Rows:
        return np.array([[one.features.get(name, 0.0) for name in names] for one in phrases])

    def right(phrases: Sequence[Phrase], case: Case) -> Rows:
        return np.array([token_f1(one.text, case.golden.answers) for one in phrases])

    parts = [(phrases, case) for phrases, case in rows if case.fits]
    weights = fit(
        np.concatenate([table(phrases) for phrases, _ in parts]),
        np.concatenate([right(phrases, case) for phrases, case in parts]),
    )[0]
    best = [
        right(phrases, case)[np.argmax(table(phrases) @ weights)]
        for phrases, case in rows
        if not case.fits
    ]
    print(f"the best phrase has a token F1 of {np.mean(best):.3f}")
    kept = named(names, weights).items()
    return {name: weight for name, weight in kept if abs(weight) >= LEAST_WEIGHT}


def phrases_in(case: Case) -> list[Phrase]:
    """Return the phrases of the best sentence."""
    best = case.evidence.sentences[case.evidence.order[0]]
    return list(phrases_of(line_of(best), 0, case.question, best.language, case.evidence.rarity))


def fit_right(cases: Sequence[Case], rules: Calibration) -> dict[str, object]:
    """Fit whether the first phrase is the answer, and print the shares at several limits."""
    rows: list[tuple[dict[str, float], bool, bool]] = []
    for case in cases:
        phrases = find_candidates(case.question, case.evidence, rules)
        if phrases and case.answerable:
            signs = judge_phrase(case.question, phrases, case.evidence, rules)
            is_right = token_f1(phrases[0].text, case.golden.answers) >= RIGHT
            rows.append((signs, is_right, case.fits))
    names = sorted({name for signs, _, _ in rows for name in signs})
    table = np.array([[signs.get(name, 0.0) for name in names] for signs, _, _ in rows])
    truth, fits = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    weights, intercept = fit(table[fits], truth[fits].astype(float))
    likely = 1 / (1 + np.exp(-(table[~fits] @ weights + intercept)))
    for limit in np.arange(0.3, 0.75, 0.05):
        above = likely >= limit
        right = share(truth[~fits], above)
        print(f"  {limit:.2f}: shown {above.mean():.2f}, right {right:.2f} of these")
    return {"weights": named(names, weights), "intercept": round(intercept, 2)}


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
